/**
 * A launch as data. {@link dev.rustyrun.plan.PlanCompiler} turns a Spec into a {@link dev.rustyrun.plan.LaunchPlan}, a
 * flat list of {@link dev.rustyrun.step.Step}s per stage, by a pure function; {@link dev.rustyrun.step.PlanCodec} gives
 * it the compact binary form in which it travels to the stages; {@link dev.rustyrun.plan.PlanPrinter} shows it.
 */
package dev.rustyrun.plan;
