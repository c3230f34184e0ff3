package dev.rustyrun.oci;

import dev.rustyrun.spec.DeviceRule;
import dev.rustyrun.spec.InvalidSpecException;
import dev.rustyrun.spec.Resources;
import dev.rustyrun.spec.ResourcesValidator;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads {@code linux.resources} of a config.json; runtime-spec config-linux.md, "Control groups". */
final class ResourcesJson {

    private static final long UNSET = Resources.UNSET;
    private static final long WORD = 0xFFFF_FFFFL;

    private final List<String> warnings;

    ResourcesJson(List<String> warnings) {
        this.warnings = warnings;
    }

    Resources resources(JsonField json) {
        if (!json.isPresent()) {
            return Resources.none();
        }
        Resources resources = unchecked(json);
        try {
            ResourcesValidator.check(resources);
        } catch (InvalidSpecException e) {
            throw new InvalidSpecException(json.path() + "." + e.getMessage());
        }
        return resources;
    }

    /** Reads the limits without checking that they are consistent. */
    Resources unchecked(JsonField json) {
        JsonField pids = json.field("pids");
        return new Resources(
                devices(json.field("devices")),
                memory(json.field("memory")),
                cpu(json.field("cpu")),
                pids.isPresent() ? signed(pids.field("limit")) : UNSET,
                blockIo(json.field("blockIO")),
                hugepages(json.field("hugepageLimits")),
                network(json.field("network")),
                rdma(json.field("rdma")),
                json.field("unified").textMap());
    }

    private List<DeviceRule> devices(JsonField json) {
        List<DeviceRule> rules = new ArrayList<>();
        for (JsonField rule : json.elements()) {
            JsonField access = rule.field("access");
            String given = access.textOr("");
            String letters = given.replace("a", "");
            if (!letters.equals(given)) {
                warnings.add(access.path() + " has an unknown access \"a\", which is ignored, as in runc");
            }
            if (letters.isEmpty() && !given.isEmpty() || !letters.matches("[rwm]{0,3}")) {
                throw access.wrong("must consist of r (read), w (write) and m (mknod), not " + JsonField.quoted(given));
            }
            if (!Set.of("", "a", "b", "c", "u").contains(rule.field("type").textOr(""))) {
                throw rule.field("type").wrong("must be a (all), b (block) or c (character)");
            }
            rules.add(new DeviceRule(
                    rule.field("allow").truth(),
                    DeviceRule.Type.of(rule.field("type").textOr("")),
                    deviceNumber(rule.field("major")),
                    deviceNumber(rule.field("minor")),
                    letters.isEmpty() ? "rwm" : letters));
        }
        return rules;
    }

    /** A rule may name a number that no kernel supports. */
    private static long deviceNumber(JsonField json) {
        return json.betweenOr(DeviceRule.ANY, WORD, DeviceRule.ANY);
    }

    private Resources.Memory memory(JsonField json) {
        if (!json.isPresent()) {
            return Resources.Memory.NONE;
        }
        for (String old : List.of("kernel", "kernelTCP")) {
            if (json.field(old).isPresent()) {
                warnings.add(json.field(old).path() + " is ignored: kernels no longer limit it by itself");
            }
        }
        if (!json.field("useHierarchy").truthOr(true)) {
            warnings.add(json.field("useHierarchy").path() + " is ignored: kernels always use the hierarchy");
        }
        // As with the CPU limits below, callers without a concept of "unset" write 0.
        return new Resources.Memory(
                zeroIsUnset(signed(json.field("limit"))),
                zeroIsUnset(signed(json.field("reservation"))),
                zeroIsUnset(signed(json.field("swap"))),
                large(json.field("swappiness")),
                json.field("disableOOMKiller").truthOr(false),
                json.field("checkBeforeUpdate").truthOr(false));
    }

    private static Resources.Cpu cpu(JsonField json) {
        if (!json.isPresent()) {
            return Resources.Cpu.NONE;
        }
        // Callers without a concept of "unset" write 0 for these three, which cgroups never accept.
        return new Resources.Cpu(
                zeroIsUnset(large(json.field("shares"))),
                zeroIsUnset(time(json.field("quota"))),
                large(json.field("burst")),
                zeroIsUnset(large(json.field("period"))),
                time(json.field("realtimeRuntime")),
                zeroIsUnset(large(json.field("realtimePeriod"))),
                json.field("cpus").textOr(""),
                json.field("mems").textOr(""),
                signed(json.field("idle")));
    }

    private static long zeroIsUnset(long number) {
        return number == 0 ? UNSET : number;
    }

    private static Resources.BlockIo blockIo(JsonField json) {
        if (!json.isPresent()) {
            return Resources.BlockIo.NONE;
        }
        List<Resources.DeviceWeight> weights = new ArrayList<>();
        for (JsonField device : json.field("weightDevice").elements()) {
            weights.add(new Resources.DeviceWeight(
                    number(device, "major"),
                    number(device, "minor"),
                    large(device.field("weight")),
                    large(device.field("leafWeight"))));
        }
        List<Resources.Throttle> throttles = new ArrayList<>();
        throttles(throttles, Resources.Rate.READ_BPS, json.field("throttleReadBpsDevice"));
        throttles(throttles, Resources.Rate.WRITE_BPS, json.field("throttleWriteBpsDevice"));
        throttles(throttles, Resources.Rate.READ_IOPS, json.field("throttleReadIOPSDevice"));
        throttles(throttles, Resources.Rate.WRITE_IOPS, json.field("throttleWriteIOPSDevice"));
        return new Resources.BlockIo(
                zeroIsUnset(large(json.field("weight"))),
                zeroIsUnset(large(json.field("leafWeight"))),
                weights,
                throttles);
    }

    private static void throttles(List<Resources.Throttle> all, Resources.Rate rate, JsonField json) {
        for (JsonField device : json.elements()) {
            all.add(new Resources.Throttle(
                    rate, number(device, "major"), number(device, "minor"), rate(device.field("rate"))));
        }
    }

    /** A rate larger than a long exceeds every device's: no limit. */
    private static long rate(JsonField json) {
        return json.isBeyondLong() ? 0 : json.between(0, Long.MAX_VALUE);
    }

    private static long number(JsonField device, String name) {
        return device.field(name).between(0, name.equals("major") ? 0xFFF : 0xFFFFF);
    }

    private static Map<String, Long> hugepages(JsonField json) {
        Map<String, Long> limits = new HashMap<>();
        for (JsonField limit : json.elements()) {
            long bytes = ProcessJson.required(limit.field("limit")).unsigned();
            // A size larger than a long exceeds every machine's: no limit.
            if (limits.put(limit.field("pageSize").text(), bytes < 0 ? Resources.UNLIMITED : bytes) != null) {
                throw limit.field("pageSize")
                        .wrong("is repeated: "
                                + JsonField.quoted(limit.field("pageSize").text()));
            }
        }
        return limits;
    }

    private static Resources.Network network(JsonField json) {
        if (!json.isPresent()) {
            return Resources.Network.NONE;
        }
        Map<String, Long> priorities = new HashMap<>();
        for (JsonField priority : json.field("priorities").elements()) {
            priorities.put(
                    priority.field("name").word(), priority.field("priority").between(0, WORD));
        }
        return new Resources.Network(json.field("classID").betweenOr(0, WORD, UNSET), priorities);
    }

    private static Map<String, Resources.Rdma> rdma(JsonField json) {
        Map<String, Resources.Rdma> limits = new HashMap<>();
        json.fields().forEach((device, limit) -> {
            if (!limit.field("hcaHandles").isPresent()
                    && !limit.field("hcaObjects").isPresent()) {
                throw limit.wrong("has neither hcaHandles nor hcaObjects: set at least one of them");
            }
            limits.put(
                    device,
                    new Resources.Rdma(
                            limit.field("hcaHandles").betweenOr(0, WORD, UNSET),
                            limit.field("hcaObjects").betweenOr(0, WORD, UNSET)));
        });
        return limits;
    }

    /** A size larger than a long exceeds every machine's: no limit. */
    private static long signed(JsonField json) {
        return json.isBeyondLong() ? Resources.UNLIMITED : json.betweenOr(Resources.UNLIMITED, Long.MAX_VALUE, UNSET);
    }

    /** The kernel treats every negative time as no limit. */
    private static long time(JsonField json) {
        if (!json.isPresent()) {
            return UNSET;
        }
        return json.isBeyondLong()
                ? Resources.UNLIMITED
                : Math.max(Resources.UNLIMITED, json.between(Long.MIN_VALUE, Long.MAX_VALUE));
    }

    /** Older engines write the highest 64-bit number, which is their -1, for a value that is not set. */
    private static long large(JsonField json) {
        return json.isBeyondLong() ? UNSET : json.betweenOr(0, Long.MAX_VALUE, UNSET);
    }
}
