/**
 * The three stages of a launch, in the order in which they run: {@link dev.rustyrun.stage.RunStage} on the host,
 * {@link dev.rustyrun.stage.ChildStage}, which leaves the host's namespaces, and {@link dev.rustyrun.stage.InitStage},
 * which is PID 1 and becomes the command. They are connected by one socket ({@link dev.rustyrun.stage.StageChannel}):
 * the plan is sent down, reports are sent up. Read the stages in this order to follow a launch.
 */
package dev.rustyrun.stage;
