package dev.rustyrun.launch;

import dev.rustyrun.plan.CommandStep;
import dev.rustyrun.plan.LifecycleStep;
import dev.rustyrun.plan.MountStep;
import dev.rustyrun.plan.NamespaceStep;
import dev.rustyrun.plan.PrivilegeStep;
import dev.rustyrun.plan.RootStep;
import dev.rustyrun.plan.Step;
import dev.rustyrun.plan.TaskStep;

/** Performs the steps of a plan on this process: each family has a class of its own, loaded when it is needed. */
final class StepPerformer {

    private final StageContext context;
    private NamespacePerformer namespaces;
    private RootPerformer root;
    private MountPerformer mounts;
    private PrivilegePerformer privileges;
    private TaskPerformer tasks;
    private LifecyclePerformer lifecycle;

    StepPerformer(StageContext context) {
        this.context = context;
    }

    void perform(Step step) {
        if (step instanceof MountStep mount) {
            mounts = mounts == null ? new MountPerformer(context) : mounts;
            mount.performBy(mounts);
        } else if (step instanceof RootStep rootStep) {
            root = root == null ? new RootPerformer(context) : root;
            rootStep.performBy(root);
        } else if (step instanceof NamespaceStep namespace) {
            namespaces = namespaces == null ? new NamespacePerformer(context) : namespaces;
            namespace.performBy(namespaces);
        } else if (step instanceof PrivilegeStep privilege) {
            privileges = privileges == null ? new PrivilegePerformer(context) : privileges;
            privilege.performBy(privileges);
        } else if (step instanceof TaskStep task) {
            tasks = tasks == null ? new TaskPerformer(context) : tasks;
            task.performBy(tasks);
        } else if (step instanceof LifecycleStep lifecycle) {
            this.lifecycle = this.lifecycle == null ? new LifecyclePerformer(context) : this.lifecycle;
            lifecycle.performBy(this.lifecycle);
        } else if (step instanceof CommandStep command) {
            command.performBy(new CommandPerformer(context));
        }
    }
}
