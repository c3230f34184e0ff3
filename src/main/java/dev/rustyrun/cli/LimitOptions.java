package dev.rustyrun.cli;

import dev.rustyrun.engine.LocalHost;
import dev.rustyrun.request.InBundle;
import dev.rustyrun.spec.ByteSize;
import dev.rustyrun.spec.InvalidSpecException;
import dev.rustyrun.spec.Resources;
import dev.rustyrun.spec.Resources.Rate;
import dev.rustyrun.spec.Spec;
import dev.rustyrun.spec.SpecBuilder;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** The options that limit the container's resources. */
final class LimitOptions {

    @InBundle(field = "linux.resources.memory.swap")
    @Option(names = "--memory-swap", paramLabel = "SIZE", description = "Limit memory and swap together; -1: no limit.")
    private String memorySwap;

    @InBundle(field = "linux.resources.memory.reservation")
    @Option(
            names = "--memory-reservation",
            paramLabel = "SIZE",
            description = "Protect this amount of memory when memory is short.")
    private String reservation;

    @InBundle(field = "linux.resources.cpu.shares")
    @Option(
            names = "--cpu-shares",
            paramLabel = "N",
            description = "Set the weight for processor time when processors are short, 2 to 262144.")
    private Long cpuShares;

    @InBundle(field = "linux.resources.cpu.cpus")
    @Option(
            names = {"--cpuset", "--cpuset-cpus"},
            paramLabel = "LIST",
            description = "Run only on these processors, such as 0-3,5.")
    private String cpuset;

    @InBundle(field = "linux.resources.cpu.mems")
    @Option(names = "--cpuset-mems", paramLabel = "LIST", description = "Use only these memory nodes.")
    private String cpusetMems;

    @InBundle(field = "linux.resources.blockIO.weight")
    @Option(
            names = {"--io-weight", "--blkio-weight"},
            paramLabel = "N",
            description = "Set the weight for disk I/O, 10 to 1000.")
    private Long ioWeight;

    @InBundle(field = "linux.resources.blockIO.throttleReadBpsDevice")
    @Option(
            names = {"--io-read-bps", "--device-read-bps"},
            paramLabel = "DEVICE:SIZE",
            description = "Limit bytes read per second; repeatable.")
    private List<String> readBps = List.of();

    @InBundle(field = "linux.resources.blockIO.throttleWriteBpsDevice")
    @Option(
            names = {"--io-write-bps", "--device-write-bps"},
            paramLabel = "DEVICE:SIZE",
            description = "Limit bytes written per second; repeatable.")
    private List<String> writeBps = List.of();

    @InBundle(field = "linux.resources.blockIO.throttleReadIOPSDevice")
    @Option(
            names = {"--io-read-iops", "--device-read-iops"},
            paramLabel = "DEVICE:N",
            description = "Limit reads per second; repeatable.")
    private List<String> readIops = List.of();

    @InBundle(field = "linux.resources.blockIO.throttleWriteIOPSDevice")
    @Option(
            names = {"--io-write-iops", "--device-write-iops"},
            paramLabel = "DEVICE:N",
            description = "Limit writes per second; repeatable.")
    private List<String> writeIops = List.of();

    @InBundle(field = "linux.cgroupsPath")
    @Option(
            names = "--cgroup-path",
            paramLabel = "PATH",
            defaultValue = "",
            description = "Use this cgroup; a relative path is below /rustyrun (default: the container's id).")
    private String cgroupPath;

    @InBundle(annotation = Spec.CGROUPS_ANNOTATION)
    @Option(
            names = "--cgroups",
            paramLabel = "enabled|disabled",
            defaultValue = "enabled",
            description =
                    "With disabled, create no cgroup and set no limits; starts sooner (default: ${DEFAULT-VALUE}).")
    private String cgroups;

    /**
     * Adds these options to {@code spec}.
     *
     * @param common the limits that every launch can have
     */
    void addTo(SpecBuilder spec, LocalHost host, Resources common) {
        Resources.Memory limits = common.memory();
        limits = memorySwap == null ? limits : limits.withSwap(ByteSize.ofOption("--memory-swap", memorySwap));
        limits = reservation == null
                ? limits
                : limits.withReservation(ByteSize.ofOption("--memory-reservation", reservation));
        Resources resources =
                common.withMemory(limits).withCpu(cpu(common.cpu())).withBlockIo(blockIo(host));
        spec.resources(resources).cgroupsPath(cgroupPath);
        if (!cgroups.equals("enabled") && !cgroups.equals("disabled")) {
            throw new InvalidSpecException("--cgroups \"" + cgroups + "\" is neither enabled nor disabled");
        }
        if (cgroups.equals("disabled")) {
            spec.annotation(Spec.CGROUPS_ANNOTATION, cgroups);
        }
    }

    private Resources.Cpu cpu(Resources.Cpu common) {
        Resources.Cpu limits = common;
        limits = cpuShares == null ? limits : limits.withShares(cpuShares);
        limits = cpuset == null ? limits : limits.withCpus(cpuset);
        return cpusetMems == null ? limits : limits.withMems(cpusetMems);
    }

    private Resources.BlockIo blockIo(LocalHost host) {
        List<Resources.Throttle> throttles = new ArrayList<>();
        add(throttles, host, Rate.READ_BPS, "--io-read-bps", readBps);
        add(throttles, host, Rate.WRITE_BPS, "--io-write-bps", writeBps);
        add(throttles, host, Rate.READ_IOPS, "--io-read-iops", readIops);
        add(throttles, host, Rate.WRITE_IOPS, "--io-write-iops", writeIops);
        Resources.BlockIo limits = Resources.BlockIo.NONE.withThrottles(throttles);
        return ioWeight == null ? limits : limits.withWeight(ioWeight);
    }

    private static void add(List<Resources.Throttle> to, LocalHost host, Rate rate, String option, List<String> texts) {
        for (String text : texts) {
            int colon = text.lastIndexOf(':');
            if (colon < 1) {
                throw new InvalidSpecException(option + " \"" + text + "\" is not DEVICE:RATE");
            }
            to.add(host.throttle(rate, option, text.substring(0, colon), text.substring(colon + 1)));
        }
    }
}
