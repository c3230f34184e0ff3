package dev.rustyrun.http;

import dev.rustyrun.engine.service.Budget;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/** Limits the number of open objects, in total and per caller, and reserves their memory. */
final class CallerLimit {

    private final int most;
    private final int mostPerCaller;
    private final int bytes;
    private final Budget budget;
    private final String refusal;
    private final Map<String, Integer> counts = new HashMap<>();
    private int open;

    /**
     * Creates a limit.
     *
     * @param bytes memory of one object
     * @param refusal the error message when the limit is reached
     */
    CallerLimit(int most, int mostPerCaller, int bytes, Budget budget, String refusal) {
        this.most = most;
        this.mostPerCaller = mostPerCaller;
        this.bytes = bytes;
        this.budget = budget;
        this.refusal = refusal;
    }

    /**
     * Counts one more object; the returned action releases it and may be run repeatedly.
     *
     * @throws ProblemException when the limit is reached
     * @throws dev.rustyrun.engine.service.RefusedException when no memory is left
     */
    synchronized Runnable enter(String caller) {
        if (open >= most || counts.getOrDefault(caller, 0) >= mostPerCaller) {
            throw Problem.busy(429, refusal, 1).exception();
        }
        if (!budget.take(bytes)) {
            throw Budget.exhausted();
        }
        open++;
        counts.merge(caller, 1, Integer::sum);
        AtomicBoolean left = new AtomicBoolean();
        return () -> {
            if (!left.getAndSet(true)) {
                leave(caller);
            }
        };
    }

    private synchronized void leave(String caller) {
        budget.giveBack(bytes);
        open--;
        counts.computeIfPresent(caller, (name, count) -> count == 1 ? null : count - 1);
    }
}
