package dev.rustyrun.launch;

import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.Prctl;
import dev.rustyrun.plan.LifecycleStep;
import dev.rustyrun.spec.Hooks.Hook;
import java.util.List;

/** Performs the steps that keep {@code init} in step with its host. */
final class LifecyclePerformer implements LifecycleStep.Performer {

    private final StageContext context;
    private final Linux linux;
    private String creatingState = "";
    private String createdState = "";

    LifecyclePerformer(StageContext context) {
        this.context = context;
        this.linux = context.linux();
    }

    @Override
    public void awaitNetDevices(LifecycleStep.AwaitNetDevices step) {
        context.channel().send(new Report.NetDevicesDue());
        if (!context.channel().awaitGo()) {
            throw new StepFailure("run ended");
        }
    }

    @Override
    public void awaitHostHooks(LifecycleStep.AwaitHostHooks step) {
        context.channel().send(new Report.HooksDue());
        creatingState = context.channel().awaitText();
        createdState = context.channel().awaitText();
    }

    @Override
    public void awaitState(LifecycleStep.AwaitState step) {
        context.channel().send(new Report.StateDue());
        createdState = context.channel().awaitText();
    }

    @Override
    public void runHook(LifecycleStep.RunHook step) {
        try {
            Hook hook = step.hook();
            if (hook.inherits()) {
                hook = new Hook(hook.path(), hook.args(), context.withHome(hook.env()), hook.timeoutSeconds());
            }
            new HookRunner(linux).run(step.name(), hook, step.started() ? createdState : creatingState);
        } catch (HookRunner.HookFailure e) {
            throw new StepFailure(e.getMessage());
        }
    }

    @Override
    public void receiveDescriptors(LifecycleStep.ReceiveDescriptors step) {
        context.channel().send(new Report.DescriptorsDue());
        int[] received = new int[step.count()];
        for (int i = 0; i < received.length; i++) {
            // Out of the way of the numbers that they will get.
            int descriptor = context.channel().awaitDescriptorIfThere();
            received[i] = descriptor;
            if (descriptor != StageChannel.NO_DESCRIPTOR) {
                received[i] = linux.duplicateFrom(descriptor, StageChannel.FIRST_HANDED_DOWN + step.count());
                linux.close(descriptor);
            }
        }
        context.setDescriptorsForCommand(received);
    }

    @Override
    public void findProgram(LifecycleStep.FindProgram step) {
        Command command = new Command(linux, step.argv(), step.env(), List.of());
        if (step.tellLater()) {
            context.setProgram(command::find);
        } else {
            command.find();
        }
    }

    @Override
    public void detach(LifecycleStep.Detach step) {
        // With its go this process is alone: child has ended, so that it cannot wait for what is somebody else's child
        // then.
        linux.prctl(Prctl.PR_SET_PDEATHSIG, 0);
        context.channel().send(new Report.SetUp());
        if (!context.channel().awaitGo()) {
            throw new StepFailure("run ended");
        }
    }

    /**
     * What is said from now on goes into a file that {@code start} reads. Its end of the gate sees when ours is closed, which
     * the command's execve does.
     */
    @Override
    public void awaitStart(LifecycleStep.AwaitStart step) {
        StageChannel channel = context.channel();
        int gate = channel.awaitDescriptor();
        int reports = channel.awaitDescriptor();
        channel.send(new Report.Waiting());
        channel.redirect(reports);
        context.setGate(gate);
        if (linux.read(gate, new byte[1], 1) != 1) {
            throw new StepFailure("the exec fifo was closed");
        }
    }
}
