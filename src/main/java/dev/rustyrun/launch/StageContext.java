package dev.rustyrun.launch;

import dev.rustyrun.linux.Linux;

/** What the performers of a stage's steps share: the kernel, the way to {@code run}, and how far the container has come. */
final class StageContext {

    private final Linux linux;
    private final StageChannel channel;
    private final boolean traced;
    private InsideRootfs inside;
    private long withheldCapabilities;
    private int[] descriptorsForCommand = {};
    private int gate = -1;
    private Cleanup cleanup = Cleanup.NOTHING;

    StageContext(Linux linux, StageChannel channel, boolean traced) {
        this.linux = linux;
        this.channel = channel;
        this.traced = traced;
    }

    Linux linux() {
        return linux;
    }

    StageChannel channel() {
        return channel;
    }

    boolean traced() {
        return traced;
    }

    /** The rootfs that has been entered. */
    InsideRootfs inside() {
        return inside;
    }

    /** Makes the open directory {@code root} the rootfs, and the working directory. */
    void enter(int root) {
        linux.changeDirectory(root);
        inside = new InsideRootfs(linux, root);
    }

    /** What is to be removed from the host should {@code run} be killed. */
    Cleanup cleanup() {
        return cleanup;
    }

    void setCleanup(Cleanup cleanup) {
        this.cleanup = cleanup;
    }

    /** What the command gets as its descriptors from 3 on. */
    int[] descriptorsForCommand() {
        return descriptorsForCommand;
    }

    void setDescriptorsForCommand(int[] descriptors) {
        descriptorsForCommand = descriptors;
    }

    /** Closes, for good, what tells the starter of the container that it has not started yet. */
    void closeGate() {
        if (gate >= 0) {
            linux.close(gate);
            gate = -1;
        }
    }

    /** Makes way for a descriptor of the command's. */
    void moveGateFrom(int least) {
        if (gate >= 0) {
            int moved = linux.duplicateFrom(gate, least);
            linux.close(gate);
            gate = moved;
        }
    }

    void setGate(int descriptor) {
        gate = descriptor;
    }

    /** Capabilities, as bits, that the container must not have whatever was asked for. */
    long withheldCapabilities() {
        return withheldCapabilities;
    }

    void withholdCapabilities(long bits) {
        withheldCapabilities |= bits;
    }
}
