package dev.rustyrun.cgroup.systemd;

import java.util.List;

/** A property of a unit, such as {@code MemoryMax}; man 5 org.freedesktop.systemd1. */
public record UnitProperty(String name, Variant value) {

    /** The property in the form for {@code StartTransientUnit} and {@code SetUnitProperties}. */
    List<Object> struct() {
        return List.of(name, value);
    }
}
