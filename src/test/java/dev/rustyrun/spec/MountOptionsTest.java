package dev.rustyrun.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rustyrun.linux.MountFlag;
import java.util.List;
import org.junit.jupiter.api.Test;

class MountOptionsTest {

    @Test
    void words_are_sorted_into_flags_propagation_and_data() {
        MountOptions options = MountOptions.parse(List.of("nosuid", "noexec", "rslave", "mode=755", "size=64k"));
        assertEquals(MountFlag.of(MountFlag.MS_NOSUID, MountFlag.MS_NOEXEC), options.flags());
        assertEquals(MountFlag.of(MountFlag.MS_SLAVE, MountFlag.MS_REC), options.propagation());
        assertEquals("mode=755,size=64k", options.data());
        assertFalse(options.isBind());
    }

    @Test
    void a_later_argument_overrides_an_earlier_one() {
        assertEquals(0, MountOptions.parse(List.of("ro", "rw")).flags());
        assertEquals(
                MountFlag.MS_NODEV.value(),
                MountOptions.parse(List.of("dev", "nodev")).flags());
    }

    @Test
    void bind_and_rbind_differ_in_recursion() {
        assertTrue(MountOptions.parse(List.of("bind")).isBind());
        assertFalse(MountOptions.parse(List.of("bind")).isRecursive());
        assertTrue(MountOptions.parse(List.of("rbind", "ro")).isRecursive());
    }

    @Test
    void every_option_of_the_specification_is_known() {
        List<String> table = List.of(
                "async",
                "atime",
                "bind",
                "defaults",
                "dev",
                "diratime",
                "dirsync",
                "exec",
                "iversion",
                "lazytime",
                "loud",
                "mand",
                "noatime",
                "nodev",
                "nodiratime",
                "noexec",
                "noiversion",
                "nolazytime",
                "nomand",
                "norelatime",
                "nostrictatime",
                "nosuid",
                "nosymfollow",
                "private",
                "ratime",
                "rbind",
                "rdev",
                "rdiratime",
                "relatime",
                "remount",
                "rexec",
                "rnoatime",
                "rnodev",
                "rnodiratime",
                "rnoexec",
                "rnorelatime",
                "rnostrictatime",
                "rnosuid",
                "rnosymfollow",
                "ro",
                "rprivate",
                "rrelatime",
                "rro",
                "rrw",
                "rshared",
                "rslave",
                "rstrictatime",
                "rsuid",
                "rsymfollow",
                "runbindable",
                "rw",
                "shared",
                "silent",
                "slave",
                "strictatime",
                "suid",
                "symfollow",
                "sync",
                "tmpcopyup",
                "unbindable",
                "idmap",
                "ridmap",
                "copy-symlink");
        for (String word : table) {
            assertTrue(MountOptions.words().contains(word), word);
            assertEquals("", MountOptions.parse(List.of(word)).data(), word);
        }
        assertEquals(table.stream().sorted().toList(), MountOptions.words());
    }

    @Test
    void options_of_a_file_system_cannot_be_set_recursively() {
        assertEquals(
                "rsync,rmand", MountOptions.parse(List.of("rsync", "rmand")).data());
        assertEquals(
                MountFlag.MS_RDONLY.value(), MountOptions.parse(List.of("rro")).flagsBelow());
        assertEquals(
                MountFlag.MS_RDONLY.value(), MountOptions.parse(List.of("rrw")).clearBelow());
    }

    @Test
    void a_remount_and_the_flags_of_file_systems_are_mount_2s() {
        MountOptions options = MountOptions.parse(List.of("remount", "mand", "silent", "iversion", "lazytime", "loud"));
        assertTrue(options.isRemount());
        assertEquals(
                MountFlag.of(
                        MountFlag.MS_REMOUNT, MountFlag.MS_MANDLOCK, MountFlag.MS_I_VERSION, MountFlag.MS_LAZYTIME),
                options.flags());
    }
}
