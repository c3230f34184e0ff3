package dev.rustyrun.oci;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rustyrun.spec.Capability;
import dev.rustyrun.spec.Machine;
import dev.rustyrun.spec.Seccomp;
import dev.rustyrun.spec.SeccompValidator;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Reads a seccomp profile, either {@code linux.seccomp} of the OCI runtime specification or the format of docker's and
 * podman's profile files. Their {@code archMap} and the conditions {@code includes} and {@code excludes} are evaluated
 * here, for one container on one machine. Unknown fields are ignored.
 */
public final class SeccompJson {

    private final ProfileConditions conditions;
    private final Machine machine;

    private SeccompJson(Set<Capability> bounding, Machine machine) {
        this.conditions = new ProfileConditions(bounding, machine);
        this.machine = machine;
    }

    /**
     * Parses a profile.
     *
     * @param bounding the container's bounding set, to which conditions may refer
     * @throws dev.rustyrun.spec.InvalidSpecException when it is not JSON, or not a valid profile; the message names the
     * field
     */
    public static Seccomp parse(String json, Set<Capability> bounding, Machine machine) {
        return parse(JsonText.tree("the seccomp profile", json), bounding, machine);
    }

    /** Reads a profile that has already been parsed as JSON, such as a bundle's {@code linux.seccomp}. */
    public static Seccomp parse(JsonNode tree, Set<Capability> bounding, Machine machine) {
        return parse(new JsonField("seccomp", tree), bounding, machine);
    }

    static Seccomp parse(JsonField json, Set<Capability> bounding, Machine machine) {
        Seccomp seccomp = new SeccompJson(bounding, machine).profile(json);
        SeccompValidator.check(seccomp);
        return seccomp;
    }

    private Seccomp profile(JsonField json) {
        List<Seccomp.Rule> rules = new ArrayList<>();
        Seccomp.Action defaultAction = action(json.field("defaultAction"));
        for (JsonField rule : json.field("syscalls").elements()) {
            if (conditions.hold(rule)) {
                rules.add(rule(rule));
            }
        }
        return new Seccomp(
                defaultAction,
                errno(json.field("defaultErrnoRet"), json.field("defaultErrno")),
                architectures(json),
                flags(json.field("flags")),
                json.field("listenerPath").textOr(""),
                json.field("listenerMetadata").textOr(""),
                rules);
    }

    private static Seccomp.Action action(JsonField json) {
        return json.oneOf(Seccomp.Action.values(), Seccomp.Action::word);
    }

    /** An errno as a number, or as podman's name for it. */
    private static OptionalInt errno(JsonField number, JsonField name) {
        if (number.isPresent() || !name.isPresent()) {
            return number.optionalNumber();
        }
        OptionalInt known = Seccomp.errnoNamed(name.text());
        if (known.isEmpty()) {
            throw name.wrong("is not the name of an error: " + JsonField.quoted(name.text()));
        }
        return known;
    }

    private List<Seccomp.Arch> architectures(JsonField json) {
        List<Seccomp.Arch> archs = new ArrayList<>();
        JsonField listed = json.field("architectures");
        JsonField map = json.field("archMap");
        if (!listed.elements().isEmpty() && !map.elements().isEmpty()) {
            throw map.wrong("and architectures are both set: leave one of them out");
        }
        for (JsonField arch : listed.elements()) {
            archs.add(arch(arch));
        }
        for (JsonField entry : map.elements()) {
            Seccomp.Arch main = arch(entry.field("architecture"));
            List<Seccomp.Arch> others = new ArrayList<>();
            for (JsonField other : entry.field("subArchitectures").elements()) {
                others.add(arch(other));
            }
            if (main == machine.arch() && archs.isEmpty()) {
                archs.add(main);
                archs.addAll(others);
            }
        }
        return archs;
    }

    private static Seccomp.Arch arch(JsonField json) {
        return json.oneOf(Seccomp.Arch.values(), Seccomp.Arch::word);
    }

    /** The flags; SPEC_ALLOW when the profile has no flags, as in runc: see DefaultProfile. */
    private static List<Seccomp.Flag> flags(JsonField json) {
        if (!json.isPresent()) {
            return List.of(Seccomp.Flag.SPEC_ALLOW);
        }
        List<Seccomp.Flag> flags = new ArrayList<>();
        for (JsonField flag : json.elements()) {
            flags.add(flag.oneOf(Seccomp.Flag.values(), Seccomp.Flag::word));
        }
        return flags;
    }

    private static Seccomp.Rule rule(JsonField json) {
        JsonField name = json.field("name");
        List<String> names = json.field("names").texts();
        if (!name.textOr("").isEmpty()) {
            if (!names.isEmpty()) {
                throw name.wrong("and names are both set: leave one of them out");
            }
            names.add(name.text());
        }
        List<Seccomp.Arg> args = new ArrayList<>();
        for (JsonField arg : json.field("args").elements()) {
            args.add(new Seccomp.Arg(
                    arg.field("index").number(),
                    arg.field("value").unsigned(),
                    arg.field("valueTwo").unsigned(),
                    arg.field("op").oneOf(Seccomp.Operator.values(), Seccomp.Operator::word)));
        }
        return new Seccomp.Rule(
                names, action(json.field("action")), errno(json.field("errnoRet"), json.field("errno")), args);
    }
}
