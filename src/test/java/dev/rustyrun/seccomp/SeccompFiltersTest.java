package dev.rustyrun.seccomp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rustyrun.linux.Linux;
import dev.rustyrun.spec.Capability;
import dev.rustyrun.spec.InvalidSpecException;
import dev.rustyrun.spec.Machine;
import dev.rustyrun.spec.Seccomp;
import dev.rustyrun.spec.Seccomp.Action;
import dev.rustyrun.spec.Seccomp.Arch;
import dev.rustyrun.spec.Seccomp.Flag;
import dev.rustyrun.spec.Seccomp.Rule;
import dev.rustyrun.spec.SeccompSetting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The cache of filters: when one is compiled and when it is reused. The compiler here only counts. */
class SeccompFiltersTest {

    private static final Machine MACHINE = new Machine(Arch.X86_64, "6.1.0-1");
    private static final SeccompSetting BUILTIN = new SeccompSetting.Builtin();

    @TempDir
    Path temporary;

    private Path folder;
    private int compiled;

    @BeforeEach
    void chooseFolder() {
        folder = temporary.resolve("rustyrun/seccomp");
    }

    private SeccompProgram get(SeccompSetting setting, Set<Capability> bounding, Machine machine) {
        return new SeccompFilters(Linux.host(), folder.toString(), machine, (seccomp, on) -> {
                    compiled++;
                    return new byte[] {1, 2, 3, 4, 5, 6, 7, (byte) compiled};
                })
                .program(setting, bounding)
                .orElseThrow();
    }

    private SeccompProgram get(SeccompSetting setting) {
        return get(setting, Capability.DEFAULTS, MACHINE);
    }

    private static SeccompSetting profile(Action action, String name, Flag... flags) {
        return new SeccompSetting.Profile(new Seccomp(
                action == Action.NOTIFY ? Action.ALLOW : Action.ERRNO,
                OptionalInt.empty(),
                List.of(),
                List.of(flags),
                action == Action.NOTIFY ? "/run/agent" : "",
                "",
                List.of(new Rule(List.of(name), action, OptionalInt.empty(), List.of()))));
    }

    private Path onlyFile() throws IOException {
        try (var files = Files.list(folder)) {
            List<Path> all = files.toList();
            assertEquals(1, all.size(), "files: " + all);
            return all.get(0);
        }
    }

    @Test
    void unconfined_is_no_filter() {
        assertTrue(new SeccompFilters(Linux.host(), folder.toString(), MACHINE, (seccomp, on) -> {
                    throw new AssertionError("nothing to compile");
                })
                .program(new SeccompSetting.Unconfined(), Set.of())
                .isEmpty());
    }

    @Test
    void a_second_launch_needs_no_compiler_and_so_no_libseccomp() throws IOException {
        byte[] first = get(BUILTIN).instructions();
        assertArrayEquals(first, get(BUILTIN).instructions());
        assertEquals(1, compiled);
        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)));
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(onlyFile())));
    }

    @Test
    void other_capabilities_another_kernel_and_another_profile_are_other_filters() {
        get(BUILTIN);
        get(BUILTIN, EnumSet.of(Capability.CAP_SYS_ADMIN), MACHINE);
        get(BUILTIN, Capability.DEFAULTS, new Machine(Arch.X86_64, "6.1.0-2"));
        get(BUILTIN, Capability.DEFAULTS, new Machine(Arch.AARCH64, "6.1.0-1"));
        get(profile(Action.ALLOW, "read"));
        get(profile(Action.ALLOW, "write"));
        get(profile(Action.LOG, "read"));
        assertEquals(7, compiled);
        get(profile(Action.ALLOW, "read"));
        get(BUILTIN, EnumSet.of(Capability.CAP_SYS_ADMIN), MACHINE);
        assertEquals(7, compiled);
    }

    @Test
    void damage_at_any_place_is_noticed_and_repaired() throws IOException {
        get(BUILTIN);
        byte[] whole = Files.readAllBytes(onlyFile());
        for (int i = 0; i < whole.length; i++) {
            byte[] damaged = whole.clone();
            damaged[i] ^= 0x10;
            Files.write(onlyFile(), damaged);
            int before = compiled;
            get(BUILTIN);
            assertEquals(before + 1, compiled, "byte " + i);
            assertNotEquals(damaged[i], Files.readAllBytes(onlyFile())[i], "byte " + i + " is repaired");
            whole = Files.readAllBytes(onlyFile());
        }
    }

    @Test
    void a_file_that_is_cut_off_too_long_or_empty_is_compiled_again() throws IOException {
        get(BUILTIN);
        byte[] whole = Files.readAllBytes(onlyFile());
        for (int length = 0; length <= whole.length + 8; length++) {
            if (length == whole.length) {
                continue;
            }
            Files.write(onlyFile(), java.util.Arrays.copyOf(whole, length));
            int before = compiled;
            get(BUILTIN);
            assertEquals(before + 1, compiled, length + " bytes");
        }
    }

    @Test
    void a_file_under_another_name_is_not_used() throws IOException {
        get(BUILTIN);
        Path file = onlyFile();
        String other = ProfileKey.ofDefault(MACHINE, EnumSet.allOf(Capability.class));
        Files.move(file, folder.resolve(other));
        get(BUILTIN, EnumSet.allOf(Capability.class), MACHINE);
        assertEquals(2, compiled);
    }

    @Test
    void a_folder_that_others_can_write_is_neither_read_nor_written() throws IOException {
        get(BUILTIN);
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
        get(BUILTIN);
        get(profile(Action.ALLOW, "read"));
        assertEquals(3, compiled);
        onlyFile();
    }

    @Test
    void a_file_that_others_can_write_is_not_read() throws IOException {
        get(BUILTIN);
        Files.setPosixFilePermissions(onlyFile(), PosixFilePermissions.fromString("rw-rw-rw-"));
        get(BUILTIN);
        assertEquals(2, compiled);
    }

    @Test
    void a_link_in_the_place_of_a_file_or_of_the_folder_is_not_followed() throws IOException {
        get(BUILTIN);
        Path file = onlyFile();
        Path elsewhere = temporary.resolve("elsewhere");
        Files.move(file, elsewhere);
        Files.createSymbolicLink(file, elsewhere);
        get(BUILTIN);
        assertEquals(2, compiled);
        Path moved = temporary.resolve("moved");
        Files.move(folder, moved);
        Files.createSymbolicLink(folder, moved);
        get(BUILTIN);
        assertEquals(3, compiled);
    }

    @Test
    void without_a_folder_to_write_filters_are_compiled_each_time() throws IOException {
        Path file = Files.createFile(temporary.resolve("file"));
        folder = file.resolve("seccomp");
        get(BUILTIN);
        get(BUILTIN);
        assertEquals(2, compiled);
    }

    @Test
    void flags_are_of_the_profile_and_not_of_the_cache() {
        assertEquals(4, get(BUILTIN).flags());
        assertEquals(2, get(profile(Action.ALLOW, "read", Flag.LOG, Flag.TSYNC)).flags());
        assertEquals(4, get(profile(Action.ALLOW, "read", Flag.SPEC_ALLOW)).flags());
        assertEquals(1, compiled - 1);
        SeccompProgram notifying = get(profile(Action.NOTIFY, "mount", Flag.WAIT_KILLABLE_RECV));
        assertEquals(32 | 8, notifying.flags());
        assertTrue(notifying.hasListener());
    }

    @Test
    void a_wrong_profile_is_refused_before_it_is_looked_up() {
        SeccompSetting wrong = new SeccompSetting.Profile(
                new Seccomp(Action.NOTIFY, OptionalInt.empty(), List.of(), List.of(), "/run/agent", "", List.of()));
        assertThrows(InvalidSpecException.class, () -> get(wrong));
    }
}
