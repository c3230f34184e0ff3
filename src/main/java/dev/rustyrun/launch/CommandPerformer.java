package dev.rustyrun.launch;

import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.plan.CommandStep;
import dev.rustyrun.plan.CommandStep.ReaperKind;

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
        try (OpenFile directory = context.inside().directory(step.path())) {
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
        Command command = new Command(linux, step.argv(), context.withHome(step.env()));
        if (step.reaper() == ReaperKind.NONE) {
            command.become();
        } else {
            new Reaper(context, SelfExec.isNativeImage()).run(command, step.reaper());
        }
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
