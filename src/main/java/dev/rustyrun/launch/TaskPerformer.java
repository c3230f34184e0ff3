package dev.rustyrun.launch;

import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.plan.TaskStep;
import dev.rustyrun.spec.CpuList;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;

/** Performs the steps that say how the kernel treats the command. */
final class TaskPerformer implements TaskStep.Performer {

    private final Linux linux;
    private int label = -1;

    TaskPerformer(StageContext context) {
        this.linux = context.linux();
    }

    @Override
    public void openLabel(TaskStep.OpenLabel step) {
        try {
            label = linux.open(step.file(), FileFlag.O_WRONLY);
        } catch (LinuxException e) {
            if (e.errno() != Errno.ENOENT || step.older().isEmpty()) {
                throw e;
            }
            label = linux.open(step.older(), FileFlag.O_WRONLY);
        }
    }

    @Override
    public void setLabel(TaskStep.SetLabel step) {
        try (OpenFile file = new OpenFile(linux, label)) {
            linux.writeAll(file.descriptor(), step.text().getBytes(StandardCharsets.UTF_8));
        }
    }

    @Override
    public void setAffinity(TaskStep.SetAffinity step) {
        linux.setAffinity(CpuList.parse("processors", step.processors()));
    }

    @Override
    public void setPersonality(TaskStep.SetPersonality step) {
        linux.setPersonality(step.persona());
    }

    @Override
    public void setMemoryPolicy(TaskStep.SetMemoryPolicy step) {
        linux.setMemoryPolicy(
                step.mode(), step.nodes().isEmpty() ? new BitSet() : CpuList.parse("nodes", step.nodes()));
    }

    @Override
    public void setIoPriority(TaskStep.SetIoPriority step) {
        linux.setIoPriority(step.ioClass(), step.level());
    }

    @Override
    public void setScheduler(TaskStep.SetScheduler step) {
        linux.setScheduler(step.attributes());
    }
}
