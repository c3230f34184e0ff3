package dev.rustyrun.oci;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rustyrun.spec.Capability;
import dev.rustyrun.spec.InvalidSpecException;
import dev.rustyrun.spec.RlimitType;
import dev.rustyrun.spec.Seccomp;
import dev.rustyrun.spec.SeccompSetting;
import dev.rustyrun.spec.Spec;
import dev.rustyrun.spec.SpecBuilder;
import dev.rustyrun.spec.SpecValidator;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SavedProcessTest {

    private static Spec spec(SeccompSetting setting) {
        Set<Capability> some = Set.of(Capability.CAP_KILL, Capability.CAP_CHOWN);
        Spec.Process process = new Spec.Process.Builder()
                .user(new Spec.User(5, 6, List.of(7, 8), 027))
                .args(List.of("sh", "a \"b\"\n"))
                .env(List.of("A=\u00fc"))
                .cwd("/tmp")
                .capabilities(new Spec.Capabilities(some, some, Set.of(), some, Set.of()))
                .noNewPrivileges(true)
                .rlimits(List.of(new Spec.Rlimit(RlimitType.RLIMIT_NOFILE, 5, Spec.Rlimit.UNLIMITED)))
                .oomScoreAdj(-7)
                .build();
        return new SpecBuilder("/r", List.of("sh")).seccomp(setting).build().withProcess(process);
    }

    @Test
    void the_process_and_its_filter_are_the_same_after_encoding_and_decoding() {
        for (SeccompSetting setting : List.of(new SeccompSetting.Builtin(), new SeccompSetting.Unconfined())) {
            Spec read = SavedProcess.read(SavedProcess.write(spec(setting)), "/");
            assertEquals(spec(setting).process(), read.process());
            assertEquals(setting, read.linux().seccomp());
            SpecValidator.check(read);
        }
    }

    @Test
    void unset_values_stay_unset() {
        Spec plain = new SpecBuilder("/r", List.of("sh")).build();
        assertEquals(
                plain.process(),
                SavedProcess.read(SavedProcess.write(plain), "/r").process());
    }

    @Test
    void a_users_own_profile_is_neither_saved_nor_ignored() {
        SeccompSetting own = new SeccompSetting.Profile(
                new Seccomp(Seccomp.Action.ALLOW, OptionalInt.empty(), List.of(), List.of(), "", "", List.of()));
        String kept = SavedProcess.write(spec(own));
        assertTrue(assertThrows(InvalidSpecException.class, () -> SavedProcess.read(kept, "/r"))
                .getMessage()
                .contains("a seccomp profile of its own"));
    }
}
