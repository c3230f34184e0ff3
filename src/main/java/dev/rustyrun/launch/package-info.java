/**
 * The three stages of a launch, in the order in which they run: {@link dev.rustyrun.launch.RunStage} on the host,
 * {@link dev.rustyrun.launch.ChildStage} that leaves the host's namespaces, {@link dev.rustyrun.launch.InitStage} that
 * is PID 1 and becomes the command. Between them runs one socket ({@link dev.rustyrun.launch.StageChannel}): the plan
 * travels down, reports travel up. Read the stages in that order as the story of a launch.
 */
package dev.rustyrun.launch;
