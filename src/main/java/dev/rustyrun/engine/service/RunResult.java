package dev.rustyrun.engine.service;

import dev.rustyrun.spec.CapturedOutput;
import dev.rustyrun.spec.Outcome;
import dev.rustyrun.spec.OutputFile;
import java.util.List;
import java.util.Optional;

/**
 * The result of a command whose client waits: of a launch, or of an exec.
 *
 * @param id the container's id
 * @param captured the outputs; empty if they have already been sent
 * @param written total bytes of output
 * @param queuedMicros time in the queue, in microseconds
 * @param warm whether a warm launch was used
 * @param files the requested output files; empty if none were requested
 */
public record RunResult(
        String id,
        Outcome outcome,
        Optional<CapturedOutput> captured,
        long written,
        long queuedMicros,
        boolean warm,
        Optional<List<OutputFile>> files) {

    /** A result with captured output. */
    RunResult(String id, Outcome outcome, CapturedOutput output, long queuedMicros, boolean warm) {
        this(
                id,
                outcome,
                Optional.of(output),
                output.out().total() + output.err().total(),
                queuedMicros,
                warm,
                Optional.empty());
    }

    /** A result whose output was sent before; {@code written} is its size in bytes. */
    static RunResult streamed(String id, Outcome outcome, long written, long queuedMicros) {
        return new RunResult(id, outcome, Optional.empty(), written, queuedMicros, false, Optional.empty());
    }

    /** This result with output files. */
    RunResult with(List<String> patterns, List<OutputFile> found) {
        Optional<List<OutputFile>> wanted = patterns.isEmpty() ? Optional.empty() : Optional.of(found);
        return new RunResult(id, outcome, captured, written, queuedMicros, warm, wanted);
    }

    /** The size of the output that this result contains, in bytes. */
    public long kept() {
        return captured.map(output -> (long) output.out().size() + output.err().size())
                        .orElse(0L)
                + files.stream()
                        .flatMap(List::stream)
                        .mapToLong(file -> file.bytes().length)
                        .sum();
    }

    /** Whether output is missing because the service had no memory for it. */
    public boolean isRefused() {
        return captured.map(CapturedOutput::isRefused).orElse(false);
    }
}
