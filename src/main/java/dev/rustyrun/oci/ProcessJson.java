package dev.rustyrun.oci;

import dev.rustyrun.spec.Capability;
import dev.rustyrun.spec.CpuList;
import dev.rustyrun.spec.InvalidSpecException;
import dev.rustyrun.spec.RlimitType;
import dev.rustyrun.spec.Scheduling;
import dev.rustyrun.spec.Spec;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads {@code process} of a config.json, and the file for {@code exec --process}. */
final class ProcessJson {

    private final HostFeatures host;
    private final List<String> warnings;

    ProcessJson(HostFeatures host, List<String> warnings) {
        this.host = host;
        this.warnings = warnings;
    }

    Spec.Process process(JsonField json) {
        JsonField args = json.field("args");
        if (args.texts().isEmpty()) {
            throw args.wrong("is missing or empty: name the program and its arguments");
        }
        args.elements().get(0).word();
        return new Spec.Process.Builder()
                .terminal(json.field("terminal").truthOr(false))
                .user(user(json.field("user"), host.umask()))
                .args(args.texts())
                .env(environment(json.field("env")))
                .cwd(json.field("cwd").absolutePath())
                .capabilities(capabilities(json.field("capabilities")))
                .noNewPrivileges(json.field("noNewPrivileges").truthOr(false))
                .rlimits(rlimits(json.field("rlimits")))
                .oomScoreAdj((int) json.field("oomScoreAdj").betweenOr(-1000, 1000, Spec.Process.INHERITED))
                .consoleSize(consoleSize(json))
                .apparmorProfile(apparmorProfile(json.field("apparmorProfile")))
                .selinuxLabel(label(json.field("selinuxLabel"), host))
                .scheduling(scheduling(json))
                .build();
    }

    private static Spec.User user(JsonField json, int umask) {
        if (!json.isPresent()) {
            return new Spec.User(0, 0, List.of(), umask);
        }
        List<Integer> groups = new ArrayList<>();
        for (JsonField group : json.field("additionalGids").elements()) {
            groups.add(group.id());
        }
        // The field has 32 bits, of which the kernel uses nine; man 2 umask.
        int mask = (int) json.field("umask").betweenOr(0, 0xFFFF_FFFFL, umask) & 0777;
        return new Spec.User(json.field("uid").id(), json.field("gid").id(), groups, mask);
    }

    static List<String> environment(JsonField json) {
        for (JsonField variable : json.elements()) {
            if (variable.text().indexOf('=') < 1) {
                throw variable.wrong("is not NAME=VALUE: " + JsonField.quoted(variable.text()));
            }
        }
        // The last value of a duplicate name wins, as with every engine; getenv(3) would find the first.
        Map<String, String> byName = new LinkedHashMap<>();
        for (String variable : json.texts()) {
            byName.put(variable.substring(0, variable.indexOf('=')), variable);
        }
        return List.copyOf(byName.values());
    }

    private Spec.Capabilities capabilities(JsonField json) {
        if (!json.isPresent()) {
            return Spec.Capabilities.NONE;
        }
        return new Spec.Capabilities(
                set(json.field("bounding")),
                set(json.field("effective")),
                set(json.field("permitted")),
                set(json.field("inheritable")),
                set(json.field("ambient")));
    }

    /** A capability that this kernel does not know cannot be granted, but that is no reason not to start. */
    private Set<Capability> set(JsonField json) {
        Set<Capability> set = EnumSet.noneOf(Capability.class);
        for (JsonField name : json.elements()) {
            try {
                set.add(Capability.valueOf(name.text()));
            } catch (IllegalArgumentException e) {
                warnings.add(
                        name.path() + " is an unknown capability and is ignored: " + JsonField.quoted(name.text()));
            }
        }
        return set;
    }

    private static List<Spec.Rlimit> rlimits(JsonField json) {
        List<Spec.Rlimit> rlimits = new ArrayList<>();
        Set<RlimitType> named = EnumSet.noneOf(RlimitType.class);
        for (JsonField rlimit : json.elements()) {
            RlimitType type = rlimit.field("type").oneOf(RlimitType.values(), RlimitType::name);
            if (!named.add(type)) {
                throw rlimit.field("type").wrong("repeats " + type + ": use each type only once");
            }
            long soft = required(rlimit.field("soft")).unsigned();
            long hard = required(rlimit.field("hard")).unsigned();
            if (Long.compareUnsigned(soft, hard) > 0) {
                throw rlimit.field("soft").wrong("is above hard");
            }
            rlimits.add(new Spec.Rlimit(type, soft, hard));
        }
        return rlimits;
    }

    static JsonField required(JsonField json) {
        if (!json.isPresent()) {
            throw json.wrong("is missing");
        }
        return json;
    }

    /** Ignored without a terminal, whatever its value. */
    private static Spec.ConsoleSize consoleSize(JsonField process) {
        JsonField json = process.field("consoleSize");
        if (!json.isPresent() || !process.field("terminal").truthOr(false)) {
            return Spec.ConsoleSize.UNSET;
        }
        return new Spec.ConsoleSize((int) json.field("height").between(0, 0xFFFF), (int)
                json.field("width").between(0, 0xFFFF));
    }

    String apparmorProfile(JsonField json) {
        String profile = json.textOr("");
        if (!profile.isEmpty() && !profile.equals("unconfined") && !host.apparmor()) {
            throw json.wrong("is " + JsonField.quoted(profile) + ", but this kernel has no AppArmor: leave it out");
        }
        return profile.equals("unconfined") && !host.apparmor() ? "" : profile;
    }

    static String label(JsonField json, HostFeatures host) {
        String label = json.textOr("");
        if (!label.isEmpty() && !host.selinux()) {
            throw json.wrong("is " + JsonField.quoted(label) + ", but this kernel has no SELinux: leave it out");
        }
        return label;
    }

    private static Scheduling scheduling(JsonField json) {
        JsonField affinity = json.field("execCPUAffinity");
        JsonField io = json.field("ioPriority");
        return new Scheduling(
                io.isPresent() ? ioPriority(io) : Scheduling.IoPriority.INHERITED,
                json.field("scheduler").isPresent() ? cpu(json.field("scheduler")) : Scheduling.Cpu.INHERITED,
                affinity.isPresent() ? numbers(affinity.field("initial"), "processors") : "",
                affinity.isPresent() ? numbers(affinity.field("final"), "processors") : "");
    }

    private static Scheduling.IoPriority ioPriority(JsonField json) {
        Scheduling.IoClass ioClass = json.field("class").oneOf(Scheduling.IoClass.values(), Enum::name);
        if (ioClass == Scheduling.IoClass.IOPRIO_CLASS_NONE) {
            throw json.field("class").wrong("must be IOPRIO_CLASS_RT, IOPRIO_CLASS_BE or IOPRIO_CLASS_IDLE");
        }
        return new Scheduling.IoPriority(ioClass, (int) json.field("priority").betweenOr(0, 7, 0));
    }

    private static Scheduling.Cpu cpu(JsonField json) {
        Scheduling.Policy policy = json.field("policy").oneOf(Scheduling.Policy.values(), Enum::name);
        Set<Scheduling.Flag> flags = EnumSet.noneOf(Scheduling.Flag.class);
        for (JsonField flag : json.field("flags").elements()) {
            flags.add(flag.oneOf(Scheduling.Flag.values(), Enum::name));
        }
        JsonField priority = json.field("priority");
        boolean realTime = policy == Scheduling.Policy.SCHED_FIFO || policy == Scheduling.Policy.SCHED_RR;
        int level = (int) priority.betweenOr(0, 99, 0);
        if (realTime == (level == 0)) {
            throw priority.wrong("must be 1 to 99 with SCHED_FIFO and SCHED_RR, and 0 with " + "the others");
        }
        Scheduling.Cpu cpu = new Scheduling.Cpu(
                true,
                policy,
                (int) json.field("nice").betweenOr(-20, 19, 0),
                level,
                flags,
                json.field("runtime").unsigned(),
                json.field("deadline").unsigned(),
                json.field("period").unsigned());
        boolean deadline = policy == Scheduling.Policy.SCHED_DEADLINE;
        if (deadline != (cpu.runtime() != 0) || !deadline && (cpu.deadline() != 0 || cpu.period() != 0)) {
            throw json.field("runtime")
                    .wrong("must be set with SCHED_DEADLINE; with other policies, leave out"
                            + " runtime, deadline and period");
        }
        return cpu;
    }

    /** A list of numbers, with spaces removed; empty when it is missing. */
    static String numbers(JsonField json, String what) {
        String list = json.textOr("").replace(" ", "");
        try {
            if (!list.isEmpty()) {
                CpuList.parse(json.path(), list);
            }
        } catch (InvalidSpecException e) {
            throw json.wrong("is not a list of " + what + " such as 0-3,7: " + JsonField.quoted(json.text()));
        }
        return list;
    }
}
