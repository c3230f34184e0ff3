package dev.rustyrun.launch;

import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.plan.CommandStep;
import dev.rustyrun.plan.CommandStep.Parting;
import dev.rustyrun.plan.CommandStep.ReaperKind;
import dev.rustyrun.plan.LifecycleStep;
import dev.rustyrun.plan.NamespaceStep;
import java.util.Optional;

/** Performs the steps that make this process the command. */
final class CommandPerformer implements CommandStep.Performer {

    private final StageContext context;
    private final Linux linux;

    CommandPerformer(StageContext context) {
        this.context = context;
        this.linux = context.linux();
    }

    @Override
    public void openTerminal(CommandStep.OpenTerminal step) {
        new ContainerTerminal(context).open(step);
    }

    @Override
    public void changeDirectory(CommandStep.ChangeDirectory step) {
        InsideRootfs inside = context.inside();
        try (OpenFile directory = step.make() ? inside.directory(step.path()) : inside.existing(step.path())) {
            linux.changeDirectory(directory.descriptor());
        }
    }

    @Override
    public void findHome(CommandStep.FindHome step) {
        context.setHome(HomeDirectory.of(linux, context.inside(), step.uid()));
    }

    @Override
    public void handOver(CommandStep.HandOver step) {
        linux.closeOnExecFrom(StageChannel.DESCRIPTOR);
        place(context.descriptorsForCommand());
        linux.stopIgnoringSignals();
        if (!step.reaper()) {
            LaunchSignals.unblock(linux);
        }
    }

    @Override
    public void exec(CommandStep.Exec step) {
        Command command = new Command(linux, step.argv(), context.withHome(step.env()), step.limits());
        if (step.reaper() == ReaperKind.NONE) {
            String found = context.program();
            if (found.isEmpty()) {
                command.become();
            } else {
                command.become(found);
            }
        } else {
            new Reaper(context, SelfExec.isNativeImage()).run(command, step.reaper());
        }
    }

    @Override
    public void execAppearing(CommandStep.ExecAppearing step) {
        String path = context.program();
        int succession = StageChannel.FIRST_HANDED_DOWN + step.handedDown();
        Optional<AppearProgram> program = AppearProgram.create(linux, step, path, succession);
        if (program.isPresent()) {
            Succession.tellPath(linux, succession, path, step);
            linux.keepOnExec(succession);
            for (int i = 0; i < step.cgroups(); i++) {
                linux.keepOnExec(StageChannel.FIRST_HANDED_DOWN + i);
            }
            if (step.parting() == Parting.BEFORE_START) {
                takeGate(step);
            }
            program.get().become(step.argv(), context.withHome(step.env()), step.byPath());
        }
        // The kernel refuses programs from memory.
        NamespacePerformer self = new NamespacePerformer(context);
        self.appear(new NamespaceStep.Appear(step.handedDown(), step.terminal()));
        if (step.cgroups() > 0) {
            self.enterCgroup(new NamespaceStep.EnterCgroup(step.cgroups()));
        }
        LifecyclePerformer alone = new LifecyclePerformer(context);
        if (step.parting() != Parting.NEVER) {
            alone.detach(new LifecycleStep.Detach());
        }
        if (step.parting() == Parting.BEFORE_START) {
            alone.awaitStart(new LifecycleStep.AwaitStart());
        }
        LaunchSignals.unblock(linux);
        new Command(linux, step.argv(), context.withHome(step.env()), step.limits()).become();
    }

    /** The program finds the gate where its numbers say. */
    private void takeGate(CommandStep.ExecAppearing step) {
        context.channel().send(new Report.GateDue());
        linux.duplicate(context.channel().awaitDescriptor(), AppearProgram.gateOf(step));
        linux.duplicate(context.channel().awaitDescriptor(), AppearProgram.gateOf(step) + 1);
    }

    private void place(int[] descriptors) {
        if (descriptors.length > 0) {
            context.channel().moveFrom(StageChannel.FIRST_HANDED_DOWN + descriptors.length);
            context.moveGateFrom(StageChannel.FIRST_HANDED_DOWN + descriptors.length);
        }
        for (int i = 0; i < descriptors.length; i++) {
            if (descriptors[i] != StageChannel.NO_DESCRIPTOR) {
                linux.duplicate(descriptors[i], StageChannel.DESCRIPTOR + i);
            }
        }
    }
}
