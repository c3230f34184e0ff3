package dev.rustyrun.cgroup.systemd;

import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * A connection to the systemd that creates units for this user: the system's for root, the user's own for others and
 * for the root of a user namespace; man 5 org.freedesktop.systemd1. For use by one thread.
 */
public final class SystemdManager implements AutoCloseable {

    /** Exists where systemd is running, even if it cannot be reached; man 3 sd_booted. */
    static final String BOOTED = "/run/systemd/system";

    private static final String NAME = "org.freedesktop.systemd1";
    private static final String PATH = "/org/freedesktop/systemd1";
    private static final String TYPE = "org.freedesktop.systemd1.Manager";
    private static final String PROPERTIES = "org.freedesktop.DBus.Properties";
    private static final String JOB_REMOVED = "JobRemoved";
    /** A conflicting job is cancelled in favour of the new one. */
    private static final String MODE = "replace";

    /** A machine that is just starting many units answers slowly. */
    private static final int PATIENCE_SECONDS = 60;

    private static final String WHOLE = "4294967295";

    private final Bus bus;
    private final boolean ofUser;
    private final boolean direct;
    private final String changes;

    private SystemdManager(Bus bus, boolean ofUser, boolean direct, String changes) {
        this.bus = bus;
        this.ofUser = ofUser;
        this.direct = direct;
        this.changes = changes;
    }

    /**
     * An address of a manager.
     *
     * @param direct whether the manager itself listens there, instead of a bus
     */
    record Place(String path, boolean direct) {}

    /**
     * Connects to the manager.
     *
     * @throws SystemdException when systemd is not running, or cannot be reached
     */
    public static SystemdManager connect(Linux linux) {
        return connect(linux, name -> Optional.ofNullable(System.getenv(name)).orElse(""), PATIENCE_SECONDS);
    }

    static SystemdManager connect(Linux linux, UnaryOperator<String> environment, long patienceSeconds) {
        boolean ofUser = !isInitialRoot(linux);
        List<Place> places = places(ofUser, linux.userId(), environment);
        Optional<SystemdException> failure = Optional.empty();
        for (Place place : places) {
            try {
                Bus bus = new Bus(linux, place.path(), patienceSeconds);
                return introduced(new SystemdManager(bus, ofUser, place.direct(), changes(linux, ofUser, environment)));
            } catch (LinuxException e) {
                if (e.errno() != Errno.ENOENT || failure.isEmpty()) {
                    failure = Optional.of(SystemdException.of(place.path() + ": " + Errno.describe(e.errno()), e));
                }
            } catch (SystemdException e) {
                failure = Optional.of(e);
            }
        }
        String message = words(linux, ofUser, failure.map(SystemdException::getMessage));
        throw failure.map(cause -> SystemdException.of(message, cause)).orElseGet(() -> new SystemdException(message));
    }

    private static SystemdManager introduced(SystemdManager manager) {
        boolean open = false;
        try {
            if (!manager.direct) {
                manager.bus.hello();
            }
            open = true;
            return manager;
        } finally {
            if (!open) {
                manager.close();
            }
        }
    }

    private static String words(Linux linux, boolean ofUser, Optional<String> failure) {
        if (!linux.exists(BOOTED)) {
            return "systemd does not run here; leave --systemd-cgroup out, or have the engine use its cgroupfs driver";
        }
        return (ofUser ? "this user's systemd cannot be reached" : "systemd cannot be reached")
                + failure.map(why -> " (" + why + ")").orElse("")
                + (ofUser
                        ? "; set XDG_RUNTIME_DIR or DBUS_SESSION_BUS_ADDRESS, or log in, or have root run"
                                + " loginctl enable-linger"
                        : "");
    }

    /** Whether this process is root of the initial user namespace. */
    private static boolean isInitialRoot(Linux linux) {
        return linux.isRoot() && linux.readFile("/proc/self/uid_map").strip().endsWith(WHOLE);
    }

    /** The addresses to try, in this order. root needs no bus, which a small machine may not have. */
    static List<Place> places(boolean ofUser, int uid, UnaryOperator<String> environment) {
        List<Place> places = new ArrayList<>();
        String address = environment.apply(ofUser ? "DBUS_SESSION_BUS_ADDRESS" : "DBUS_SYSTEM_BUS_ADDRESS");
        BusAddress.paths(address).forEach(path -> places.add(new Place(path, false)));
        if (ofUser) {
            String runtime = runtime(uid, environment);
            places.add(new Place(runtime + "/bus", false));
            places.add(new Place(runtime + "/systemd/private", true));
        } else {
            places.add(new Place("/run/systemd/private", true));
            places.add(new Place("/run/dbus/system_bus_socket", false));
        }
        return places;
    }

    private static String runtime(int uid, UnaryOperator<String> environment) {
        String given = environment.apply("XDG_RUNTIME_DIR");
        return given.startsWith("/") ? given : "/run/user/" + uid;
    }

    /** The directory in which systemd stores the changes of {@link #set}. */
    private static String changes(Linux linux, boolean ofUser, UnaryOperator<String> environment) {
        return ofUser ? runtime(linux.userId(), environment) + "/systemd/user.control" : "/run/systemd/system.control";
    }

    /** Whether this is a user's own systemd. */
    public boolean isUsers() {
        return ofUser;
    }

    /** The parent group of all of its units, below the root of the hierarchies; empty for that root. */
    public String controlGroup() {
        String group = property("ControlGroup");
        return group.equals("/") ? "" : group;
    }

    /** The version number, such as 252; 0 when it is unknown. */
    public int version() {
        String digits = property("Version").replaceFirst("^\\D*", "").replaceFirst("\\D.*$", "");
        return digits.isEmpty() || digits.length() > 6 ? 0 : Integer.parseInt(digits);
    }

    private String property(String name) {
        Message answer = bus.call(NAME, PATH, PROPERTIES, "Get", "ss", TYPE, name);
        return !answer.values().isEmpty()
                        && answer.values().get(0) instanceof Variant variant
                        && variant.value() instanceof String text
                ? text
                : "";
    }

    /** Starts a transient unit, and waits until it has started. */
    public void start(String unit, List<UnitProperty> properties) {
        subscribeToJobs();
        List<Object> structs =
                properties.stream().<Object>map(UnitProperty::struct).toList();
        Message answer =
                bus.call(NAME, PATH, TYPE, "StartTransientUnit", "ssa(sv)a(sa(sv))", unit, MODE, structs, List.of());
        await(answer.textAt(0), unit, "start");
    }

    /** Changes properties of a unit until it ends. */
    public void set(String unit, List<UnitProperty> properties) {
        List<Object> structs =
                properties.stream().<Object>map(UnitProperty::struct).toList();
        bus.call(NAME, PATH, TYPE, "SetUnitProperties", "sba(sv)", unit, true, structs);
    }

    /** Stops a unit if it exists, and waits for that; systemd then forgets it, even if it has failed. */
    public void stop(String unit) {
        try {
            subscribeToJobs();
            Message answer = bus.call(NAME, PATH, TYPE, "StopUnit", "ss", unit, MODE);
            await(answer.textAt(0), unit, "stop");
        } catch (SystemdException e) {
            if (!e.isUnitMissing()) {
                throw e;
            }
        }
        forget(unit);
    }

    /** Makes systemd stop managing the processes of a scope. */
    public void abandon(String unit) {
        bus.call(NAME, PATH, TYPE, "AbandonScope", "s", unit);
    }

    /** Makes systemd forget a failed unit. */
    public void forget(String unit) {
        try {
            bus.call(NAME, PATH, TYPE, "ResetFailedUnit", "s", unit);
        } catch (SystemdException e) {
            if (!e.isUnitMissing()) {
                throw e;
            }
        }
    }

    /** Removes the files that {@link #set} has left on disk, if any: a later unit of the same name would use them. */
    public void revert(Linux linux, String unit) {
        if (linux.exists(changes + "/" + unit + ".d")) {
            bus.call(NAME, PATH, TYPE, "RevertUnitFiles", "as", List.of(unit));
        }
    }

    private void subscribeToJobs() {
        if (!direct) {
            bus.match("type='signal',sender='" + NAME + "',path='" + PATH + "',interface='" + TYPE + "',member='"
                    + JOB_REMOVED + "'");
        }
    }

    private void await(String job, String unit, String what) {
        Message removed = bus.signal(
                signal -> signal.text(Message.MEMBER).equals(JOB_REMOVED)
                        && signal.values().size() == 4
                        && signal.textAt(1).equals(job),
                "the " + what + " of " + unit);
        String result = removed.textAt(3);
        if (!result.equals("done")) {
            throw new SystemdException("the " + what + " of " + unit + " ended as \"" + result + "\"");
        }
    }

    @Override
    public void close() {
        bus.close();
    }
}
