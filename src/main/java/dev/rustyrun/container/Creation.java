package dev.rustyrun.container;

import dev.rustyrun.cgroup.Cgroup;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.plan.HostFacts;
import dev.rustyrun.plan.LaunchPlan;
import dev.rustyrun.plan.Lifecycle;
import dev.rustyrun.plan.PlanCompiler;
import dev.rustyrun.spec.Bundle;
import dev.rustyrun.spec.Capability;
import dev.rustyrun.spec.ContainerStatus;
import dev.rustyrun.spec.CreateOptions;
import dev.rustyrun.spec.Hooks;
import dev.rustyrun.spec.MessageLine;
import dev.rustyrun.spec.Outcome;
import dev.rustyrun.spec.Spec;
import dev.rustyrun.stage.LaunchOptions;
import java.io.PrintStream;
import java.util.Optional;
import java.util.Set;

/**
 * Creates a container from a bundle: everything is set up, and the command waits for {@code start}; runtime-spec
 * runtime.md, "Create".
 */
public final class Creation {

    private final Linux linux;
    private final HostProbe probe;
    private final ContainerStore store;
    private final PrintStream messages;

    /** @param messages where warnings go */
    public Creation(CommandTools tools, PrintStream messages) {
        this.linux = tools.linux();
        this.probe = new HostProbe(linux, tools.self());
        this.store = tools.store();
        this.messages = messages;
    }

    /**
     * Creates the container.
     *
     * @param stage the stage, which waits for its plan
     * @return the failure, if the stages reported one; then nothing of the container is left
     * @throws dev.rustyrun.spec.InvalidSpecException when the container cannot be made as requested, or its id is in
     *        use
     */
    public Optional<Outcome> create(String id, Bundle bundle, CreateOptions options, WaitingStage stage) {
        ContainerId.checked(id);
        Spec spec = probe.own().within(bundle.spec());
        bundle.warnings().forEach(this::warn);
        Set<Capability> lacking = probe.own()
                .missingFor(spec, bundle.spec().process().capabilities().all());
        if (!lacking.isEmpty()) {
            warn("process.capabilities: " + OwnCapabilities.words(lacking));
        }
        ContainerCgroup cgroup = ContainerCgroup.of(linux, spec, id, store);
        ContainerState state = state(id, bundle, cgroup.path());
        try (ContainerLock held = store.addLocked(state)) {
            ContainerRecord record = new ContainerRecord(linux, store, state, options.pids());
            Optional<Outcome> failure = Optional.empty();
            boolean done = false;
            try {
                store.files(id).keepConfig(bundle.text());
                cgroup.make(Cgroup.Hierarchies.ALL);
                failure = stage.stage()
                        .launchDetached(
                                plan(spec, options, cgroup),
                                new LaunchOptions(options.traced(), 0, options.consoleSocket(), record));
                done = failure.isEmpty();
                cgroup.entered();
            } finally {
                if (!done) {
                    undo(record, cgroup, spec.hooks());
                }
            }
            return failure;
        }
    }

    private void warn(String warning) {
        messages.println(MessageLine.warning(warning));
    }

    private LaunchPlan plan(Spec spec, CreateOptions options, ContainerCgroup cgroup) {
        HostFacts facts = probe.factsFor(
                spec, HostFacts.Cleanup.NONE, cgroup.files(), cgroup.limitsDevices(), probe.filterFor(spec, store));
        Lifecycle life = Lifecycle.CREATED.withDescriptors(options.descriptors());
        return PlanCompiler.compile(spec, facts, options.noPivot() ? life.withoutPivot() : life);
    }

    private ContainerState state(String id, Bundle bundle, String cgroup) {
        int run = linux.processId();
        Spec spec = bundle.spec();
        boolean late =
                !spec.hooks().poststart().isEmpty() || !spec.hooks().poststop().isEmpty();
        return new ContainerState(
                id,
                0,
                0,
                spec.root().path(),
                cgroup,
                ContainerState.now(),
                run,
                ProcessTimes.startOf(linux, run),
                false,
                new ContainerState.Origin(bundle.path().toString(), spec.annotations(), spec.hasProcess(), late));
    }

    private void undo(ContainerRecord record, ContainerCgroup cgroup, Hooks hooks) {
        try {
            cgroup.remove();
        } finally {
            store.remove(record.state().id());
        }
        if (record.isHooked()) {
            new HookStage(linux).runAll(hooks.poststop(), record.state(), ContainerStatus.STOPPED, messages);
        }
    }
}
