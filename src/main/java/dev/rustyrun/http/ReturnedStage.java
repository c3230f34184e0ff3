package dev.rustyrun.http;

import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * The stage that a resource returns. RESTEasy cancels it when the client disconnects, and an action of a cancelled stage
 * never runs; a stage that cannot be cancelled is an error for RESTEasy. So the cancelled stage must be one that only
 * passes the answer on.
 */
final class ReturnedStage {

    private ReturnedStage() {}

    /** A stage that ends as {@code work} does. Cancelling it does not keep the actions of {@code work} from running. */
    static <T> CompletionStage<T> of(CompletionStage<T> work) {
        return work.thenApply(Function.identity()).toCompletableFuture();
    }
}
