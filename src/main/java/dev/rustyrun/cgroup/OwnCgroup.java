package dev.rustyrun.cgroup;

import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.MountAttr;
import dev.rustyrun.linux.MountFlag;
import dev.rustyrun.linux.OpenFile;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The part of the cgroup tree that an engine has assigned to the container of this process. Engines mount it read-only
 * in an unprivileged container, and in v2 a group with processes cannot enable controllers for groups below it. So a
 * service that launches containers there must first prepare it.
 */
public final class OwnCgroup {

    /** The group to which the container's own processes are moved. */
    private static final String SERVICE = "/rustyrun-service";

    private static final int MAX_ROUNDS = 1000;
    private static final int PAUSE_MILLIS = 10;

    private final Linux linux;
    private final ControlFiles files;

    private OwnCgroup(Linux linux) {
        this.linux = linux;
        this.files = new ControlFiles(linux);
    }

    /**
     * Makes this container's own group the root of every mounted hierarchy, makes it writable, and in v2 moves all of
     * its processes to a group below it. This affects only this mount namespace; a second call changes nothing.
     *
     * @throws CgroupException when that fails
     */
    public static void takeOver(Linux linux) {
        new OwnCgroup(linux).takeOver();
    }

    private void takeOver() {
        CgroupLayout layout = CgroupLayout.detect(linux);
        if (layout.v2().isPresent()) {
            // Some engines show the whole tree to a privileged container, but its launches belong below its own group.
            layout.ownDirectory("")
                    .filter(own -> !own.equals(layout.v2().orElseThrow().mountPoint()))
                    .ifPresent(own -> cover(layout.v2().orElseThrow().mountPoint(), own));
        }
        List<CgroupMount> mounts = new ArrayList<>(CgroupLayout.detect(linux).v1Mounts());
        CgroupLayout.detect(linux).v2().ifPresent(mounts::add);
        mounts.stream().filter(CgroupMount::readOnly).forEach(this::makeWritable);
        CgroupLayout.detect(linux).v2().ifPresent(this::makeRoom);
    }

    private void cover(String mountPoint, String own) {
        try {
            linux.mount(own, mountPoint, null, MountFlag.MS_BIND.value(), null);
        } catch (LinuxException e) {
            throw CgroupException.of("cannot show the own cgroup " + own + " on " + mountPoint, e, "");
        }
    }

    /** Changes the attributes of this mount only; other mounts of the hierarchy are not affected. */
    private void makeWritable(CgroupMount mount) {
        try (OpenFile point = new OpenFile(linux, linux.open(mount.mountPoint(), FileFlag.O_PATH))) {
            linux.setMountAttributes(point.descriptor(), new MountAttr(0, MountAttr.MOUNT_ATTR_RDONLY, 0), false);
        } catch (LinuxException e) {
            throw CgroupException.of(
                    "cannot make the cgroup mount " + mount.mountPoint() + " writable",
                    e,
                    "it takes CAP_SYS_ADMIN, and a security module that lets it be changed");
        }
    }

    /**
     * The root group of the machine, which has no type, can enable controllers even with processes. The controllers are
     * enabled immediately: otherwise a process of an engine's probe, which engines start in this group, would prevent
     * it at the first launch. Afterwards, engines start such processes in the service's group.
     */
    private void makeRoom(CgroupMount mount) {
        String top = mount.mountPoint();
        List<String> controllers = CgroupLayout.words(files.readIfThere(top + "/cgroup.controllers"));
        if (!files.exists(top + "/cgroup.type") || controllers.isEmpty()) {
            return;
        }
        try {
            files.makeDirectories(top, top + SERVICE);
            Optional<LinuxException> refused = Optional.empty();
            for (int round = 1; !given(top, controllers, round == MAX_ROUNDS, refused); round++) {
                if (round > 1) {
                    pause();
                }
                refused = moveAll(top);
            }
        } catch (LinuxException e) {
            throw CgroupException.of(
                    "cannot move the processes of the own cgroup " + top + " into " + top + SERVICE
                            + " and give its controllers to groups below it",
                    e,
                    "");
        }
    }

    /**
     * Tries to enable the controllers for the groups below. Returns false while a process is in the group (EBUSY), and
     * while the service's group has a process with more capabilities than the service, if cpuset is among the
     * controllers (EPERM; man 7 capabilities, CAP_SYS_NICE): an engine's process that is about to execute a probe has
     * the engine's capabilities for a moment.
     *
     * @param refused why a process could not be moved
     */
    private boolean given(String top, List<String> controllers, boolean last, Optional<LinuxException> refused) {
        try {
            files.write(top + "/cgroup.subtree_control", "+" + String.join(" +", controllers));
            return true;
        } catch (LinuxException e) {
            if (e.errno() != Errno.EBUSY && e.errno() != Errno.EPERM) {
                throw e;
            }
            if (last) {
                throw e.errno() == Errno.EBUSY ? refused.orElse(e) : e;
            }
            return false;
        }
    }

    /**
     * Moves all processes that are visible in this PID namespace; others, listed as 0, stay. A process that may not be
     * moved (EPERM) is tried again in the next round.
     *
     * @return why a process could not be moved
     */
    private Optional<LinuxException> moveAll(String top) {
        Optional<LinuxException> refused = Optional.empty();
        for (String process : CgroupLayout.words(files.read(top + "/cgroup.procs"))) {
            if (!process.equals("0")) {
                Optional<LinuxException> earlier = refused;
                refused = move(process, top + SERVICE).or(() -> earlier);
            }
        }
        return refused;
    }

    private Optional<LinuxException> move(String process, String group) {
        try {
            files.write(group + "/cgroup.procs", process);
        } catch (LinuxException e) {
            if (e.errno() == Errno.EPERM) {
                return Optional.of(e);
            }
            if (e.errno() != Errno.ESRCH) {
                throw e;
            }
        }
        return Optional.empty();
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
