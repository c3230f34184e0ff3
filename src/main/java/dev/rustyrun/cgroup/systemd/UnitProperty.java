package dev.rustyrun.cgroup.systemd;

import java.util.List;

/** A property of a unit, such as {@code MemoryMax}; man 5 org.freedesktop.systemd1. */
public record UnitProperty(String name, Variant value) {

    /** As {@code StartTransientUnit} and {@code SetUnitProperties} take it. */
    List<Object> struct() {
        return List.of(name, value);
    }
}
