/**
 * The things that a stage does. A {@link dev.rustyrun.step.Step} is one of them: its data, its binary form, its words, its
 * hint, and what it does to the process that applies it. Each family has a file of its own. What steps share is in
 * {@link dev.rustyrun.step.StepContext}; {@link dev.rustyrun.step.Connection} is their way to {@code run}.
 * {@link dev.rustyrun.step.PlanCodec} gives a list of steps the compact binary form in which it travels to a stage.
 */
package dev.rustyrun.step;
