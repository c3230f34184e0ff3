/**
 * A launch as data. {@link dev.rustyrun.plan.PlanCompiler} compiles a Spec to a {@link dev.rustyrun.plan.LaunchPlan}, a
 * flat list of {@link dev.rustyrun.step.Step}s per stage. {@link dev.rustyrun.step.PlanCodec} encodes it in a compact
 * binary form for the stages; {@link dev.rustyrun.plan.PlanPrinter} prints it.
 */
package dev.rustyrun.plan;
