package dev.rustyrun.step;

import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.spec.ConnectedNetwork;
import dev.rustyrun.spec.ContainerStatus;
import dev.rustyrun.spec.Hooks.Hook;
import dev.rustyrun.spec.IdMapping;
import dev.rustyrun.spec.NetDevice;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * An action of the {@code run} stage on the host, for which another stage no longer has the permission. A stage
 * requests it once, by its index in the plan's list ({@link Report.Due}), and waits for the answer if there is one. So
 * a stage can request only planned actions.
 */
public sealed interface HostStep {

    /** Represents no step of {@code run}. */
    int NONE = -1;

    /** The process that requests a step. */
    enum Asker {
        CHILD,
        INIT,
        /** The process that becomes the command; it is not {@code init} where the container joins a PID namespace. */
        COMMAND
    }

    /** The process that requests this step. */
    default Asker asker() {
        return Asker.INIT;
    }

    /**
     * Performs the step.
     *
     * @param sent a descriptor sent with the request, which this method closes, or {@link Connection#NO_DESCRIPTOR}
     * @throws LinuxException when a kernel call fails
     * @throws StepFailure when the step fails for another reason
     */
    void apply(HostContext host, int sent);

    /** The step in a few words that can follow "failed to". */
    String describe();

    /** Maps the ids of {@code child}'s new user namespace, or checks those of the user namespace that it has joined. */
    record MapIds(IdMaps maps) implements HostStep {
        @Override
        public Asker asker() {
            return Asker.CHILD;
        }

        @Override
        public void apply(HostContext host, int sent) {
            IdMapWriter writer = new IdMapWriter(host.linux());
            IdMaps mapped = maps;
            if (maps.joined()) {
                mapped = writer.check(host.child(), maps);
            } else {
                writer.write(host.child(), maps);
            }
            OptionalLong user = IdMapping.outside(mapped.uids(), 0);
            OptionalLong group = IdMapping.outside(mapped.gids(), 0);
            if (host.linux().isRoot() && user.isPresent() && group.isPresent()) {
                // Otherwise the command could not open these files again, as by /dev/stdout.
                host.giveStandardFiles((int) user.getAsLong(), (int) group.getAsLong());
            }
            host.answer(Connection.NO_DESCRIPTOR);
        }

        @Override
        public String describe() {
            return maps.joined() ? "join the user namespace" : "map ids";
        }
    }

    /** Makes a mount that only the host's root can make, and sends it. */
    record SendMount(SentMount mount) implements HostStep {
        @Override
        public void apply(HostContext host, int sent) {
            try (OpenFile made = new OpenFile(host.linux(), new MappedMounts(host).make(mount))) {
                host.answer(made.descriptor());
            }
        }

        @Override
        public String describe() {
            return (mount.mapsIds() ? "map the ids of " : "copy the mount ") + mount.source();
        }
    }

    /** Changes a copy of one of the container's own mounts, and sends it back. */
    record ChangeMount(SentMount mount) implements HostStep {
        @Override
        public void apply(HostContext host, int sent) {
            try (OpenFile copy = new OpenFile(host.linux(), sent)) {
                new MappedMounts(host).change(copy.descriptor(), mount);
                host.answer(copy.descriptor());
            }
        }

        @Override
        public String describe() {
            return "map the ids of " + mount.source();
        }
    }

    /**
     * Opens a source that the root of a user namespace cannot reach, but the host's root can. It is opened in the
     * container's mount namespace, where the kernel prevents the container from removing the mount's {@code ro},
     * {@code nodev} and similar flags.
     *
     * @param path the source of a bind mount
     */
    record OpenSource(String path) implements HostStep {
        @Override
        public void apply(HostContext host, int sent) {
            Linux linux = host.linux();
            try (OpenFile root = new OpenFile(
                            linux,
                            linux.open("/proc/" + host.init() + "/root", FileFlag.O_PATH | FileFlag.O_DIRECTORY));
                    OpenFile source = new OpenFile(linux, linux.openInRoot(root.descriptor(), path, FileFlag.O_PATH))) {
                host.answer(source.descriptor());
            } catch (LinuxException e) {
                // The host's root cannot reach it either, so init reports its own error.
                host.answer(Connection.NO_DESCRIPTOR);
            }
        }

        @Override
        public String describe() {
            return "open " + path;
        }
    }

    /** Lowers the OOM score adjustment of {@code init}, which only the host's root may do; man 5 proc. */
    record SetOomScore(int adjustment) implements HostStep {
        /** For EACCES. */
        static final String HINT = "only a process with CAP_SYS_RESOURCE may lower the OOM score";

        @Override
        public void apply(HostContext host, int sent) {
            try {
                host.linux().writeFile("/proc/" + host.init() + "/oom_score_adj", Integer.toString(adjustment));
            } catch (LinuxException e) {
                throw e.errno() == Errno.EACCES ? new StepFailure(e.getMessage() + "; " + HINT) : e;
            }
            host.answer(Connection.NO_DESCRIPTOR);
        }

        @Override
        public String describe() {
            return "set oom_score_adj " + adjustment;
        }
    }

    /** Moves network devices of the host to the container. */
    record MoveNetDevices(List<NetDevice> devices) implements HostStep {
        public MoveNetDevices {
            devices = List.copyOf(devices);
        }

        @Override
        public void apply(HostContext host, int sent) {
            new NetDeviceMover(host.linux()).move(devices, host.init());
            host.answer(Connection.NO_DESCRIPTOR);
        }

        @Override
        public String describe() {
            return "move network devices into the container";
        }
    }

    /** Starts the process that connects the container's network, and sends the pipe on which it reports. */
    record StartNetwork(ConnectedNetwork network) implements HostStep {
        @Override
        public void apply(HostContext host, int sent) {
            try (OpenFile namespace = new OpenFile(host.linux(), sent)) {
                if (network.cni().isPresent()) {
                    host.startNetwork(network, namespace);
                } else {
                    new Pasta(host).start(network, namespace);
                }
            }
        }

        @Override
        public String describe() {
            return "start " + network.describe();
        }
    }

    /** Starts the proxy for the socket that was sent with the request. */
    record StartProxy(List<String> hosts) implements HostStep {
        public StartProxy {
            hosts = List.copyOf(hosts);
        }

        @Override
        public void apply(HostContext host, int sent) {
            host.startProxy(hosts, new OpenFile(host.linux(), sent));
        }

        @Override
        public String describe() {
            return "start the proxy to " + String.join(" ", hosts);
        }
    }

    /**
     * Runs the hooks on the host's side, and sends the states for later hooks; runtime-spec runtime.md, "Lifecycle".
     */
    record RunHooks(List<Hook> prestart, List<Hook> createRuntime) implements HostStep {
        public RunHooks {
            prestart = List.copyOf(prestart);
            createRuntime = List.copyOf(createRuntime);
        }

        @Override
        public void apply(HostContext host, int sent) {
            host.record().assembled();
            String creating = host.record().state(ContainerStatus.CREATING);
            HookRunner runner = new HookRunner(host.linux());
            try {
                runner.runAll("prestart", prestart, creating);
                runner.runAll("createRuntime", createRuntime, creating);
            } catch (HookRunner.HookFailure e) {
                throw new StepFailure(e.getMessage());
            }
            host.answer(creating);
            host.answer(host.record().state(ContainerStatus.CREATED));
        }

        @Override
        public String describe() {
            return "run hooks";
        }
    }

    /** Sends the state for hooks again, because the container's process has changed. */
    record SendState() implements HostStep {
        @Override
        public Asker asker() {
            return Asker.COMMAND;
        }

        @Override
        public void apply(HostContext host, int sent) {
            host.answer(host.record().state(ContainerStatus.CREATED));
        }

        @Override
        public String describe() {
            return "send the container's state";
        }
    }

    /**
     * Connects to the agent that will answer for system calls before the filter is installed: without an agent, its
     * calls would block forever.
     *
     * @param socket host path of the agent's unix socket
     */
    record ReachAgent(String socket) implements HostStep {
        @Override
        public Asker asker() {
            return Asker.COMMAND;
        }

        @Override
        public void apply(HostContext host, int sent) {
            try {
                host.setAgent(host.linux().connect(socket));
            } catch (LinuxException e) {
                throw new StepFailure(e.getMessage() + "; does it listen there?");
            }
            host.answer(Connection.NO_DESCRIPTOR);
        }

        @Override
        public String describe() {
            return "reach the seccomp agent at " + socket;
        }
    }

    /**
     * Sends the filter's listener to the agent in one message, then closes the connection; runtime-spec
     * config-linux.md, "Seccomp", {@code listenerPath}.
     */
    record TellAgent(String metadata) implements HostStep {
        @Override
        public Asker asker() {
            return Asker.COMMAND;
        }

        @Override
        public void apply(HostContext host, int sent) {
            Linux linux = host.linux();
            try (OpenFile listener = new OpenFile(linux, sent);
                    OpenFile agent = new OpenFile(linux, host.agent())) {
                host.setAgent(Connection.NO_DESCRIPTOR);
                byte[] state = host.record().processState(metadata).getBytes(StandardCharsets.UTF_8);
                linux.send(agent.descriptor(), state, listener.descriptor());
            }
        }

        @Override
        public String describe() {
            return "send the seccomp listener to its agent";
        }
    }

    /** Sends the caller's descriptors from 3 on; the answer for one that is not open has no descriptor. */
    record SendDescriptors(int count) implements HostStep {
        @Override
        public void apply(HostContext host, int sent) {
            for (int i = 0; i < count; i++) {
                int descriptor = Connection.DESCRIPTOR + i;
                host.answer(host.wasGiven(descriptor) ? descriptor : Connection.NO_DESCRIPTOR);
            }
        }

        @Override
        public String describe() {
            return "hand over " + count + " descriptors";
        }
    }

    /** Takes over the master side of the command's terminal. */
    record TakeTerminal() implements HostStep {
        @Override
        public void apply(HostContext host, int sent) {
            host.takeTerminal(sent);
            host.answer(Connection.NO_DESCRIPTOR);
        }

        @Override
        public String describe() {
            return "take over the terminal";
        }
    }

    /**
     * Lets {@code init} continue alone. {@code child} ends first, so that only the new parent of {@code init} learns
     * how it ends.
     *
     * @param gated whether {@code init} waits for its start next
     */
    record LetGo(boolean gated) implements HostStep {
        @Override
        public Asker asker() {
            return Asker.COMMAND;
        }

        @Override
        public void apply(HostContext host, int sent) {
            Optional<LaunchRecord.Gate> gate = gated ? Optional.of(host.record().gate()) : Optional.empty();
            host.record().created();
            host.endChild();
            host.answer(Connection.NO_DESCRIPTOR);
            gate.ifPresent(made -> SendGate.send(host, made));
        }

        @Override
        public String describe() {
            return "write down that it is created";
        }
    }

    /** Sends the descriptors on which a created container waits for its start. */
    record SendGate() implements HostStep {
        @Override
        public void apply(HostContext host, int sent) {
            send(host, host.record().gate());
        }

        static void send(HostContext host, LaunchRecord.Gate gate) {
            try (OpenFile fifo = new OpenFile(host.linux(), gate.fifo());
                    OpenFile reports = new OpenFile(host.linux(), gate.reports())) {
                host.answer(fifo.descriptor());
                host.answer(reports.descriptor());
            }
        }

        @Override
        public String describe() {
            return "make the exec fifo";
        }
    }

    /**
     * Lets {@code child} end, so that the successor of {@code init} continues alone.
     *
     * @param waits whether the successor waits for its start
     */
    record Part(boolean waits) implements HostStep {
        @Override
        public Asker asker() {
            return Asker.CHILD;
        }

        @Override
        public void apply(HostContext host, int sent) {
            host.record().created();
            host.answer(Connection.NO_DESCRIPTOR);
            host.awaitChild(waits);
        }

        @Override
        public String describe() {
            return "write down that it is created";
        }
    }

    /** Records that {@code init} waits for its start, and sends no more reports. */
    record AwaitStart() implements HostStep {
        @Override
        public Asker asker() {
            return Asker.COMMAND;
        }

        @Override
        public void apply(HostContext host, int sent) {
            host.waitsForStart();
        }

        @Override
        public String describe() {
            return "leave the container until it is started";
        }
    }
}
