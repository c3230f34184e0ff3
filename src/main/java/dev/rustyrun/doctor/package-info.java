/**
 * What this kernel and this user can do, and how to fix the rest: {@link dev.rustyrun.doctor.Doctor} runs a list of
 * questions, each a {@link dev.rustyrun.doctor.Check} on a {@link dev.rustyrun.doctor.Machine}, which tests replace by
 * a fake. No check changes the machine or the calling process.
 */
package dev.rustyrun.doctor;
