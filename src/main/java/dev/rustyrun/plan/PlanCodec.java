package dev.rustyrun.plan;

import java.util.ArrayList;
import java.util.List;

/**
 * The binary form in which a stage's steps travel to it: a count, then for each step its kind and its components in
 * order. Both ends are the same executable, so there is no version.
 */
public final class PlanCodec {

    private enum Kind {
        UNSHARE, SET_PROPAGATION, SET_HOSTNAME, ENTER_ROOTFS, MOUNT_FILE_SYSTEM, BIND_MOUNT, MAKE_DEVICE, MAKE_LINK,
        OPEN_TERMINAL, MASK_PATH, READ_ONLY_PATH, CHANGE_DIRECTORY, PIVOT_ROOT, READ_ONLY_ROOT, LOOPBACK_UP,
        LIMIT_CAPABILITIES, SET_USER, SET_CAPABILITIES, NO_NEW_PRIVILEGES, EXEC
    }

    private static final Kind[] KINDS = Kind.values();

    private PlanCodec() {
    }

    /** The binary form of {@code steps}. */
    public static byte[] encode(List<Step> steps) {
        Encoder encoder = new Encoder();
        encoder.out.put32(steps.size());
        steps.forEach(step -> step.performBy(encoder));
        return encoder.out.toBytes();
    }

    /**
     * The steps in {@code bytes}.
     *
     * @throws IllegalArgumentException when {@code bytes} is not the whole binary form of a list of steps
     */
    public static List<Step> decode(byte[] bytes) {
        PlanReader in = new PlanReader(bytes);
        int count = in.takeCount(1);
        List<Step> steps = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            steps.add(decodeStep(in));
        }
        in.expectEnd();
        return steps;
    }

    private static Step decodeStep(PlanReader in) {
        int kind = in.take8();
        if (kind >= KINDS.length) {
            throw in.broken("kind " + kind);
        }
        return switch (KINDS[kind]) {
            case UNSHARE -> new Step.Unshare(in.take32());
            case SET_PROPAGATION -> new Step.SetPropagation(in.takeText(), in.take64());
            case SET_HOSTNAME -> new Step.SetHostname(in.takeText());
            case ENTER_ROOTFS -> new Step.EnterRootfs(in.takeText());
            case MOUNT_FILE_SYSTEM -> new Step.MountFileSystem(in.takeText(), in.takeText(), in.takeText(), in.take64(),
                    in.takeText(), in.takeFlag());
            case BIND_MOUNT -> new Step.BindMount(in.takeText(), in.takeText(), in.take64(), in.take64(),
                    in.takeFlag());
            case MAKE_DEVICE -> new Step.MakeDevice(in.takeText(), in.take32(), in.take32());
            case MAKE_LINK -> new Step.MakeLink(in.takeText(), in.takeText());
            case OPEN_TERMINAL -> new Step.OpenTerminal(in.take32());
            case MASK_PATH -> new Step.MaskPath(in.takeText());
            case READ_ONLY_PATH -> new Step.ReadOnlyPath(in.takeText());
            case CHANGE_DIRECTORY -> new Step.ChangeDirectory(in.takeText());
            case PIVOT_ROOT -> new Step.PivotRoot();
            case READ_ONLY_ROOT -> new Step.ReadOnlyRoot();
            case LOOPBACK_UP -> new Step.LoopbackUp();
            case LIMIT_CAPABILITIES -> new Step.LimitCapabilities(in.take64());
            case SET_USER -> new Step.SetUser(in.take32(), in.take32(), in.takeInts(), in.take32());
            case SET_CAPABILITIES -> new Step.SetCapabilities(in.take64(), in.take64(), in.take64());
            case NO_NEW_PRIVILEGES -> new Step.NoNewPrivileges();
            case EXEC -> new Step.Exec(in.takeTexts(), in.takeTexts(), in.takeFlag());
        };
    }

    private static final class Encoder implements Step.Performer {

        private final PlanWriter out = new PlanWriter();

        private PlanWriter kind(Kind kind) {
            out.put8(kind.ordinal());
            return out;
        }

        @Override
        public void unshare(Step.Unshare step) {
            kind(Kind.UNSHARE).put32(step.namespaces());
        }

        @Override
        public void setPropagation(Step.SetPropagation step) {
            kind(Kind.SET_PROPAGATION).putText(step.target());
            out.put64(step.flags());
        }

        @Override
        public void setHostname(Step.SetHostname step) {
            kind(Kind.SET_HOSTNAME).putText(step.hostname());
        }

        @Override
        public void enterRootfs(Step.EnterRootfs step) {
            kind(Kind.ENTER_ROOTFS).putText(step.rootfs());
        }

        @Override
        public void mountFileSystem(Step.MountFileSystem step) {
            kind(Kind.MOUNT_FILE_SYSTEM).putText(step.type());
            out.putText(step.source());
            out.putText(step.target());
            out.put64(step.flags());
            out.putText(step.data());
            out.putFlag(step.refuseLinks());
        }

        @Override
        public void bindMount(Step.BindMount step) {
            kind(Kind.BIND_MOUNT).putText(step.source());
            out.putText(step.target());
            out.put64(step.flags());
            out.put64(step.propagation());
            out.putFlag(step.recursive());
        }

        @Override
        public void makeDevice(Step.MakeDevice step) {
            kind(Kind.MAKE_DEVICE).putText(step.path());
            out.put32(step.major());
            out.put32(step.minor());
        }

        @Override
        public void makeLink(Step.MakeLink step) {
            kind(Kind.MAKE_LINK).putText(step.path());
            out.putText(step.target());
        }

        @Override
        public void openTerminal(Step.OpenTerminal step) {
            kind(Kind.OPEN_TERMINAL).put32(step.owner());
        }

        @Override
        public void maskPath(Step.MaskPath step) {
            kind(Kind.MASK_PATH).putText(step.path());
        }

        @Override
        public void readOnlyPath(Step.ReadOnlyPath step) {
            kind(Kind.READ_ONLY_PATH).putText(step.path());
        }

        @Override
        public void changeDirectory(Step.ChangeDirectory step) {
            kind(Kind.CHANGE_DIRECTORY).putText(step.path());
        }

        @Override
        public void pivotRoot(Step.PivotRoot step) {
            kind(Kind.PIVOT_ROOT);
        }

        @Override
        public void readOnlyRoot(Step.ReadOnlyRoot step) {
            kind(Kind.READ_ONLY_ROOT);
        }

        @Override
        public void loopbackUp(Step.LoopbackUp step) {
            kind(Kind.LOOPBACK_UP);
        }

        @Override
        public void limitCapabilities(Step.LimitCapabilities step) {
            kind(Kind.LIMIT_CAPABILITIES).put64(step.keep());
        }

        @Override
        public void setUser(Step.SetUser step) {
            kind(Kind.SET_USER).put32(step.uid());
            out.put32(step.gid());
            out.putInts(step.groups());
            out.put32(step.umask());
        }

        @Override
        public void setCapabilities(Step.SetCapabilities step) {
            kind(Kind.SET_CAPABILITIES).put64(step.effective());
            out.put64(step.permitted());
            out.put64(step.inheritable());
        }

        @Override
        public void noNewPrivileges(Step.NoNewPrivileges step) {
            kind(Kind.NO_NEW_PRIVILEGES);
        }

        @Override
        public void exec(Step.Exec step) {
            kind(Kind.EXEC).putTexts(step.argv());
            out.putTexts(step.env());
            out.putFlag(step.reaper());
        }
    }
}
