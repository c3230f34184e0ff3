package dev.rustyrun.stage;

import dev.rustyrun.linux.CloneFlag;
import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.linux.PollSet;
import dev.rustyrun.linux.Signal;
import dev.rustyrun.spec.ConnectedNetwork;
import dev.rustyrun.step.Connection;
import dev.rustyrun.step.HostContext;
import dev.rustyrun.step.IdMapWriter;
import dev.rustyrun.step.IdMaps;
import dev.rustyrun.step.LaunchRecord;
import dev.rustyrun.step.NamespaceStep;
import dev.rustyrun.step.Report;
import dev.rustyrun.step.ReportCodec;
import dev.rustyrun.step.StandardFiles;
import dev.rustyrun.step.StepFailure;
import dev.rustyrun.step.UserNamespaceStep;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.IntConsumer;

/** The host's side of one launch, for the steps of {@code run}. */
final class StageHost implements HostContext {

    /** The data that is sent to a console socket with a terminal's master side: its name. */
    private static final byte[] TERMINAL_NAME = "/dev/ptmx".getBytes(StandardCharsets.UTF_8);

    /** The command of this program that manages a container's CNI network. */
    private static final String NETWORK = "cni-connection";

    /** A number above those of the descriptors that a process that serves a container is given. */
    static final int FIRST_FREE = 16;

    private final Linux linux;
    private final SelfExec self;
    private final StageConnection stages;
    private final IntConsumer terminalOpened;
    private final List<Integer> serving = new ArrayList<>();
    private boolean givesPipes;
    private boolean staysUntilEnd;
    private Optional<WaitingProxy> proxy = Optional.empty();
    private int agent = Connection.NO_DESCRIPTOR;

    /** @param terminalOpened receives the master side of the command's terminal */
    StageHost(Linux linux, SelfExec self, StageConnection stages, IntConsumer terminalOpened) {
        this.linux = linux;
        this.self = self;
        this.stages = stages;
        this.terminalOpened = terminalOpened;
    }

    /** Declares that the standard files are pipes of this launch, and not those of this process. */
    void givePipes() {
        givesPipes = true;
    }

    /** This process lives as long as the container, and can start what serves it when that is needed. */
    void staysUntilEnd() {
        staysUntilEnd = true;
    }

    @Override
    public Linux linux() {
        return linux;
    }

    @Override
    public int child() {
        return stages.child();
    }

    @Override
    public int init() {
        return stages.init();
    }

    @Override
    public LaunchRecord record() {
        return stages.options().record();
    }

    @Override
    public void answer(int descriptor) {
        stages.send(StageChannel.GO, descriptor);
    }

    @Override
    public void answer(String text) {
        stages.send(StageChannel.encode(text), Connection.NO_DESCRIPTOR);
    }

    /** Opens the files through child, because this process may have closed its ends by now. */
    @Override
    public void giveStandardFiles(int uid, int gid) {
        if (!givesPipes) {
            if (!stages.plan().terminal()) {
                StandardFiles.give(linux, uid, gid);
            }
            return;
        }
        for (int i = 0; i < StageChannel.DESCRIPTOR; i++) {
            try (OpenFile file = new OpenFile(linux, linux.open("/proc/" + child() + "/fd/" + i, FileFlag.O_PATH))) {
                linux.changeOwnerOfPath(file.descriptor(), uid, gid);
            }
        }
    }

    @Override
    public void takeTerminal(int master) {
        if (stages.options().consoleSocket().isEmpty()) {
            terminalOpened.accept(master);
            return;
        }
        String path = stages.options().consoleSocket().get();
        try (OpenFile given = new OpenFile(linux, master);
                OpenFile socket = new OpenFile(linux, linux.connect(path))) {
            linux.send(socket.descriptor(), TERMINAL_NAME, given.descriptor());
        } catch (LinuxException e) {
            throw new StepFailure("cannot send it to " + path + ": " + e.getMessage());
        }
    }

    /** A helper process creates it, because this process must stay in its own user namespace. */
    @Override
    public int makeUserNamespace(IdMaps maps) {
        int[] pair = linux.socketPair();
        int helper = self.start(linux, ChildStage.NAME, pair[1], Integer.toString(linux.processId()));
        linux.close(pair[1]);
        try {
            linux.send(
                    pair[0],
                    new StageChannel.Part(
                                    false,
                                    List.of(
                                            new NamespaceStep.Unshare(CloneFlag.CLONE_NEWUSER.value()),
                                            new UserNamespaceStep.MapIds(false, 0)))
                            .encode(),
                    -1);
            if (firstReport(pair[0]) instanceof Report.StepFailed failed) {
                throw new StepFailure("the helper failed to " + failed.step() + ": " + failed.reason());
            }
            new IdMapWriter(linux).write(helper, maps);
            return linux.open("/proc/" + helper + "/ns/user", FileFlag.O_RDONLY);
        } finally {
            linux.close(pair[0]);
            linux.kill(helper, Signal.SIGKILL.number());
            linux.await(helper);
        }
    }

    private Report firstReport(int channel) {
        byte[] buffer = new byte[4096];
        ReportCodec.Decoder decoder = new ReportCodec.Decoder();
        List<Report> reports = List.of();
        while (reports.isEmpty()) {
            int got = linux.receive(channel, buffer, buffer.length).count();
            if (got == 0) {
                throw new StepFailure("the helper that makes a user namespace ended");
            }
            reports = decoder.take(buffer, got, Connection.NO_DESCRIPTOR);
        }
        return reports.get(0);
    }

    @Override
    public boolean wasGiven(int descriptor) {
        return self.wasGiven(linux, descriptor);
    }

    @Override
    public int agent() {
        return agent;
    }

    @Override
    public void setAgent(int socket) {
        agent = socket;
    }

    @Override
    public void startProxy(List<String> hosts, OpenFile listening) {
        proxy = Optional.of(WaitingProxy.of(linux, new HeldProgram(linux, self), record(), init(), hosts, listening));
        if (!staysUntilEnd) {
            startProxy();
        }
    }

    private void startProxy() {
        try (WaitingProxy waiting = proxy.orElseThrow()) {
            proxy = Optional.empty();
            awaitAfterContainer(waiting.start());
        }
    }

    /** Adds the sockets of a proxy that has not started to {@code set}. */
    void addTo(PollSet set) {
        proxy.ifPresent(waiting -> waiting.addTo(set));
    }

    /**
     * Starts the container's proxy if {@code set} shows a connection to it.
     *
     * @throws LinuxException when its process cannot be started; then the container's connections are refused
     * @throws StepFailure when the files of this program are missing; then the container's connections are refused
     */
    void startProxyIfWanted(PollSet set) {
        if (proxy.filter(waiting -> waiting.isWanted(set)).isPresent()) {
            startProxy();
        }
    }

    @Override
    public void startNetwork(ConnectedNetwork network, OpenFile namespace) {
        if (!linux.isRoot()) {
            throw new StepFailure("only root can use CNI networks; --net private needs no root");
        }
        int[] pipe = linux.pipe();
        try (OpenFile reports = new OpenFile(linux, pipe[0]);
                OpenFile written = new OpenFile(linux, pipe[1]);
                OpenFile file = record().networkFile();
                OpenFile container = new OpenFile(linux, linux.processDescriptor(init()))) {
            List<String> words = List.of(
                    NETWORK,
                    record().id(),
                    network.cni().orElseThrow(),
                    ConnectedNetwork.text(network.ports()),
                    Objects.requireNonNullElse(System.getenv("CNI_CONF_DIR"), ""),
                    Objects.requireNonNullElse(System.getenv("CNI_PATH"), ""));
            List<OpenFile> passed = new ArrayList<>();
            try {
                // The numbers are so high that no descriptor overwrites another.
                for (OpenFile each : List.of(namespace, container, written, file)) {
                    passed.add(new OpenFile(linux, linux.duplicateFrom(each.descriptor(), FIRST_FREE)));
                }
                awaitAfterContainer(self.startServing(
                        linux,
                        words,
                        passed.get(0).descriptor(),
                        passed.get(1).descriptor(),
                        Connection.NO_DESCRIPTOR,
                        passed.get(2).descriptor(),
                        passed.get(3).descriptor()));
            } finally {
                passed.forEach(OpenFile::close);
            }
            answer(reports.descriptor());
        }
    }

    @Override
    public void awaitAfterContainer(int process) {
        serving.add(process);
    }

    /** Waits for the processes that have served the container, after its end. */
    void awaitServing() {
        serving.forEach(linux::awaitIfChild);
        serving.clear();
    }

    @Override
    public void endChild() {
        stages.endChild();
    }

    @Override
    public void awaitChild(boolean waits) {
        stages.awaitChild(waits);
    }

    @Override
    public void waitsForStart() {
        stages.waitsForStart();
    }

    /** Closes the descriptors that a failed launch has left open. */
    void close() {
        proxy.ifPresent(WaitingProxy::close);
        proxy = Optional.empty();
        if (agent != Connection.NO_DESCRIPTOR) {
            linux.close(agent);
            agent = Connection.NO_DESCRIPTOR;
        }
    }
}
