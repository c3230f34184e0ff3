package dev.rustyrun.cgroup;

import dev.rustyrun.spec.DeviceRule;
import java.util.ArrayList;
import java.util.List;

/**
 * A list of device rules in the only form that v1's {@code devices} controller can store: everything denied, or
 * everything allowed, with exceptions. A list that has no such form is rejected, because the kernel would ignore the
 * rules that it cannot express. Source: Documentation/admin-guide/cgroup-v1/devices.rst.
 */
final class DeviceList {

    private static final String ALL_ACCESS = "rwm";

    private boolean allowed;
    private final List<DeviceRule> exceptions = new ArrayList<>();

    private DeviceList() {}

    /**
     * Evaluates {@code rules} in order. Devices without a rule are denied.
     *
     * @throws CgroupException when v1 cannot express it
     */
    static DeviceList of(List<DeviceRule> rules) {
        DeviceList list = new DeviceList();
        for (DeviceRule rule : rules) {
            if (rule.type() != DeviceRule.Type.ALL) {
                list.add(rule);
            } else if (isEverything(rule)) {
                list.allowed = rule.allow();
                list.exceptions.clear();
            } else {
                list.add(ofType(rule, DeviceRule.Type.BLOCK));
                list.add(ofType(rule, DeviceRule.Type.CHARACTER));
            }
        }
        return list;
    }

    /** Whether devices without an exception are allowed. */
    boolean allowed() {
        return allowed;
    }

    /** The exceptions in the kernel's format, such as {@code c 1:3 rwm}. */
    List<String> exceptions() {
        List<String> lines = new ArrayList<>();
        for (DeviceRule rule : exceptions) {
            lines.add(rule.type().letter() + " " + number(rule.major()) + ":" + number(rule.minor()) + " "
                    + rule.access());
        }
        return lines;
    }

    private static boolean isEverything(DeviceRule rule) {
        return rule.major() == DeviceRule.ANY
                && rule.minor() == DeviceRule.ANY
                && remaining(ALL_ACCESS, rule.access()).isEmpty();
    }

    private void add(DeviceRule rule) {
        if (rule.allow() == allowed) {
            takeBack(rule);
        } else {
            for (int i = 0; i < exceptions.size(); i++) {
                DeviceRule known = exceptions.get(i);
                if (sameDevices(known, rule)) {
                    exceptions.set(i, withAccess(known, remaining(known.access(), rule.access()) + rule.access()));
                    return;
                }
            }
            exceptions.add(rule);
        }
    }

    /** Removes {@code rule}'s access from the exceptions for its devices. */
    private void takeBack(DeviceRule rule) {
        for (int i = exceptions.size() - 1; i >= 0; i--) {
            DeviceRule known = exceptions.get(i);
            String rest = remaining(known.access(), rule.access());
            if (!overlap(known, rule) || rest.length() == known.access().length()) {
                continue;
            }
            if (!covers(rule.major(), known.major()) || !covers(rule.minor(), known.minor())) {
                throw new CgroupException("device rule \"" + words(rule) + "\" takes back a part of the earlier \""
                        + words(known) + "\", which cgroup v1 cannot express; name the devices one by one");
            }
            if (rest.isEmpty()) {
                exceptions.remove(i);
            } else {
                exceptions.set(i, withAccess(known, rest));
            }
        }
    }

    private static String words(DeviceRule rule) {
        return (rule.allow() ? "allow " : "deny ") + rule.type().letter() + " " + number(rule.major()) + ":"
                + number(rule.minor()) + " " + rule.access();
    }

    private static boolean sameDevices(DeviceRule a, DeviceRule b) {
        return a.type() == b.type() && a.major() == b.major() && a.minor() == b.minor();
    }

    private static boolean overlap(DeviceRule a, DeviceRule b) {
        return a.type() == b.type()
                && (covers(a.major(), b.major()) || covers(b.major(), a.major()))
                && (covers(a.minor(), b.minor()) || covers(b.minor(), a.minor()));
    }

    private static boolean covers(long wide, long narrow) {
        return wide == DeviceRule.ANY || wide == narrow;
    }

    private static String remaining(String access, String without) {
        StringBuilder rest = new StringBuilder();
        for (int i = 0; i < access.length(); i++) {
            if (without.indexOf(access.charAt(i)) < 0) {
                rest.append(access.charAt(i));
            }
        }
        return rest.toString();
    }

    private static DeviceRule withAccess(DeviceRule rule, String access) {
        return new DeviceRule(rule.allow(), rule.type(), rule.major(), rule.minor(), access);
    }

    private static DeviceRule ofType(DeviceRule rule, DeviceRule.Type type) {
        return new DeviceRule(rule.allow(), type, rule.major(), rule.minor(), rule.access());
    }

    private static String number(long number) {
        return number == DeviceRule.ANY ? "*" : Long.toString(number);
    }
}
