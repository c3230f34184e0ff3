package dev.rustyrun.http;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/** Counts what callers hold open at the same time, all of them and each, with the memory that it takes. */
final class CallerLimit {

    private final int most;
    private final int mostPerCaller;
    private final int bytes;
    private final Budget budget;
    private final String refusal;
    private final Map<String, Integer> counts = new HashMap<>();
    private int open;

    /**
     * A limit.
     *
     * @param bytes memory of one
     * @param refusal what a caller is told who has too many
     */
    CallerLimit(int most, int mostPerCaller, int bytes, Budget budget, String refusal) {
        this.most = most;
        this.mostPerCaller = mostPerCaller;
        this.bytes = bytes;
        this.budget = budget;
        this.refusal = refusal;
    }

    /**
     * Counts one more; the result takes it away again, and may be run twice.
     *
     * @throws ProblemException 429 when there are too many, 503 when no memory is left for it
     */
    synchronized Runnable enter(String caller) {
        if (open >= most || counts.getOrDefault(caller, 0) >= mostPerCaller) {
            throw Problem.busy(429, refusal, 1).exception();
        }
        if (!budget.take(bytes)) {
            throw Budget.exhausted().exception();
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
