/**
 * What this kernel and this user can do, and what to do about the rest: {@link dev.rustyrun.doctor.Doctor} asks a list
 * of questions, each a {@link dev.rustyrun.doctor.Check} on a {@link dev.rustyrun.doctor.Machine}, which in tests is a
 * made-up one. Nothing here changes the machine or the calling process.
 */
package dev.rustyrun.doctor;
