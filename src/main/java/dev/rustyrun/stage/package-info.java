/**
 * The three stages of a launch, in the order in which they run: {@link dev.rustyrun.stage.RunStage} on the host,
 * {@link dev.rustyrun.stage.ChildStage} that leaves the host's namespaces, {@link dev.rustyrun.stage.InitStage} that
 * is PID 1 and becomes the command. Between them runs one socket ({@link dev.rustyrun.stage.StageChannel}): the plan
 * travels down, reports travel up. Read the stages in that order as the story of a launch.
 */
package dev.rustyrun.stage;
