package dev.rustyrun.launch;

import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.OpenFile;
import java.util.ArrayList;
import java.util.List;

/** What the performers of a stage's steps share: the kernel, the way to {@code run}, and how far the container has come. */
final class StageContext {

    private final Linux linux;
    private final StageChannel channel;
    private final boolean traced;
    private InsideRootfs inside;
    private InsideRootfs proc;
    private long withheldCapabilities;
    private int[] descriptorsForCommand = {};
    private int gate = -1;
    private Cleanup cleanup = Cleanup.NOTHING;
    private String home = "";

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

    /** Remembers the open root directory of the mounted {@code /proc}. */
    void enterProc(int root) {
        proc = new InsideRootfs(linux, root);
    }

    /**
     * What is at {@code path}. Below {@code /proc} it is looked for in the mount itself: who can rename directories in the
     * rootfs could lead us to files of his own, and the kernel's would stay as they are (CVE-2023-27561, CVE-2025-52881).
     */
    OpenFile existing(String path) {
        boolean below = proc != null && path.startsWith("/proc/") && !path.contains("/../");
        return below ? proc.existing(path.substring("/proc".length())) : inside.existing(path);
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

    void setHome(String home) {
        this.home = home;
    }

    /** The command's environment, with the HOME that has been found for it, if one was. */
    List<String> withHome(List<String> environment) {
        if (home.isEmpty()) {
            return environment;
        }
        List<String> all = new ArrayList<>(environment);
        all.remove("HOME=");
        all.add("HOME=" + home);
        return all;
    }

    /** Capabilities, as bits, that the container must not have whatever was asked for. */
    long withheldCapabilities() {
        return withheldCapabilities;
    }

    void withholdCapabilities(long bits) {
        withheldCapabilities |= bits;
    }
}
