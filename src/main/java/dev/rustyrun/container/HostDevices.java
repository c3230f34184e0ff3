package dev.rustyrun.container;

import dev.rustyrun.linux.FileStatus;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.spec.ByteSize;
import dev.rustyrun.spec.InvalidSpecException;
import dev.rustyrun.spec.LinuxSpec;
import dev.rustyrun.spec.Resources;

/** The devices of this machine, which a container can get, and whose use can be limited. */
public final class HostDevices {

    private final Linux linux;

    public HostDevices(Linux linux) {
        this.linux = linux;
    }

    /**
     * A device for a container.
     *
     * @param source its path on this machine
     * @param target its path in the container
     * @throws InvalidSpecException when {@code source} is not a device
     */
    public LinuxSpec.Device device(String source, String target) {
        FileStatus status = status("device ", source);
        if (!status.isDevice()) {
            throw new InvalidSpecException("device " + source + " is not a device");
        }
        return new LinuxSpec.Device(
                target,
                status.isBlockDevice() ? "b" : "c",
                status.major(),
                status.minor(),
                status.permissions(),
                status.uid(),
                status.gid(),
                source);
    }

    /**
     * A limit for the use of a block device.
     *
     * @param option the option that sets it, for messages
     * @param limit a number or a size
     * @throws InvalidSpecException when {@code path} is not a block device
     */
    public Resources.Throttle throttle(Resources.Rate rate, String option, String path, String limit) {
        FileStatus status = status(option + ": ", path);
        if (!status.isBlockDevice()) {
            throw new InvalidSpecException(option + ": " + path + " is not a block device");
        }
        return new Resources.Throttle(rate, status.major(), status.minor(), ByteSize.ofOption(option, limit));
    }

    private FileStatus status(String what, String path) {
        try {
            return linux.status(path);
        } catch (LinuxException e) {
            throw new InvalidSpecException(what + path + " cannot be used: " + e.getMessage());
        }
    }
}
