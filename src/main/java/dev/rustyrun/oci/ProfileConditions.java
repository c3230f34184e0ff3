package dev.rustyrun.oci;

import dev.rustyrun.spec.Capability;
import dev.rustyrun.spec.Machine;
import java.util.List;
import java.util.Set;

/**
 * Evaluates {@code includes} and {@code excludes} of a rule in docker's profiles, each an object with {@code caps},
 * {@code arches} and {@code minKernel}: all capabilities are required to include the rule, any of them excludes it.
 */
final class ProfileConditions {

    private final Set<Capability> bounding;
    private final Machine machine;

    ProfileConditions(Set<Capability> bounding, Machine machine) {
        this.bounding = bounding;
        this.machine = machine;
    }

    /** Whether {@code rule} applies to this container on this machine. */
    boolean hold(JsonField rule) {
        return includes(rule.field("includes")) && !excludes(rule.field("excludes"));
    }

    private boolean includes(JsonField json) {
        if (!json.isPresent()) {
            return true;
        }
        boolean holds = true;
        for (String name : json.field("caps").texts()) {
            holds &= has(name);
        }
        List<String> arches = json.field("arches").texts();
        holds &= arches.isEmpty() || arches.contains(machine.arch().dockerName());
        JsonField kernel = json.field("minKernel");
        return (!kernel.isPresent() || hasKernel(kernel)) && holds;
    }

    private boolean excludes(JsonField json) {
        if (!json.isPresent()) {
            return false;
        }
        boolean excludes = false;
        for (String name : json.field("caps").texts()) {
            excludes |= has(name);
        }
        excludes |= json.field("arches").texts().contains(machine.arch().dockerName());
        JsonField kernel = json.field("minKernel");
        return kernel.isPresent() && hasKernel(kernel) || excludes;
    }

    private boolean has(String name) {
        for (Capability capability : bounding) {
            if (capability.name().equals(name)) {
                return true;
            }
        }
        return false;
    }

    private boolean hasKernel(JsonField json) {
        String[] numbers = json.text().split("\\.", -1);
        try {
            if (numbers.length == 2) {
                return machine.hasKernel(Integer.parseInt(numbers[0]), Integer.parseInt(numbers[1]));
            }
        } catch (NumberFormatException e) {
            // Reported below, like every other invalid version.
        }
        throw json.wrong("is not a kernel version such as 4.8: " + JsonField.quoted(json.text()));
    }
}
