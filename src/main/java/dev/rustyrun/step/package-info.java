/**
 * The steps of a stage. A {@link dev.rustyrun.step.Step} contains its data, its binary form, its description, its hint,
 * and its action on the process. Each family has a file of its own. {@link dev.rustyrun.step.StepContext} has the data
 * that steps share; {@link dev.rustyrun.step.Connection} is their connection to {@code run}.
 * {@link dev.rustyrun.step.PlanCodec} encodes a list of steps in the compact binary form for a stage.
 */
package dev.rustyrun.step;
