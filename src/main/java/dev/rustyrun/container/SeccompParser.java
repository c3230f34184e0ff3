package dev.rustyrun.container;

import dev.rustyrun.oci.SeccompJson;
import dev.rustyrun.spec.Capability;
import dev.rustyrun.spec.GivenFile;
import dev.rustyrun.spec.InvalidSpecException;
import dev.rustyrun.spec.Machine;
import dev.rustyrun.spec.SeccompSetting;
import java.util.Set;

/** Parses the value of {@code --seccomp}: {@code unconfined} or the file of a profile. */
public final class SeccompParser {

    private SeccompParser() {}

    /**
     * Reads the setting.
     *
     * @param bounding the container's bounding set, on which a profile in docker's format may depend
     * @throws InvalidSpecException when the file cannot be read or is not a profile
     */
    public static SeccompSetting setting(String word, Set<Capability> bounding) {
        if (word.equals("unconfined")) {
            return new SeccompSetting.Unconfined();
        }
        String profile = GivenFile.find("--seccomp", word)
                .orElseThrow(() -> new InvalidSpecException(
                        "--seccomp " + word + ": no such file; give a profile, or unconfined"));
        return new SeccompSetting.Profile(SeccompJson.parse(profile, bounding, Machine.current()));
    }
}
