package dev.rustyrun.cli;

import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.UserFile;
import dev.rustyrun.oci.SeccompJson;
import dev.rustyrun.spec.Capability;
import dev.rustyrun.spec.InvalidSpecException;
import dev.rustyrun.spec.Machine;
import dev.rustyrun.spec.SeccompSetting;
import java.util.Set;

/** Parses the value of {@code --seccomp}: {@code unconfined} or the file of a profile. */
final class SeccompParser {

    private SeccompParser() {}

    /**
     * Reads the setting.
     *
     * @param bounding the container's bounding set, on which a profile in docker's format may depend
     * @throws InvalidSpecException when the file cannot be read or is not a profile
     */
    static SeccompSetting setting(String word, Set<Capability> bounding) {
        if (word.equals("unconfined")) {
            return new SeccompSetting.Unconfined();
        }
        try {
            return new SeccompSetting.Profile(
                    SeccompJson.parse(UserFile.readDocument(Linux.host(), word), bounding, Machine.current()));
        } catch (LinuxException e) {
            throw new InvalidSpecException("--seccomp " + word
                    + (e.errno() == Errno.ENOENT
                            ? ": no such file; give a profile, or unconfined"
                            : " cannot be read: " + e.getMessage()));
        }
    }
}
