package dev.rustyrun.http;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rustyrun.engine.Pulling;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Supplier;

/** A pull as server-sent events: {@code progress} events, and at the end {@code image} or {@code problem}. */
final class PullProgress extends StreamedAnswer {

    private final Pulling.Waiter waiter;
    private final Supplier<? extends JsonNode> image;
    private final Runnable leave;
    private volatile boolean over;
    private volatile Optional<Throwable> failure = Optional.empty();
    private boolean endSent;

    /**
     * @param image returns the JSON of the pulled image
     * @param leave runs at the end
     */
    PullProgress(Pulling.Waiter waiter, Supplier<? extends JsonNode> image, Runnable leave) {
        this.waiter = waiter;
        this.image = image;
        this.leave = leave;
    }

    @Override
    void begin() {
        waiter.watch(wake);
        waiter.outcome().whenComplete((done, failed) -> {
            failure = Optional.ofNullable(failed);
            over = true;
            wake.run();
        });
    }

    @Override
    byte[] next() {
        if (endSent) {
            return END;
        }
        // Read first, so that all progress before the end is reported.
        boolean last = over;
        Optional<byte[]> news = waiter.news().map(json -> event("progress", json));
        if (news.isPresent()) {
            wake.run();
            return news.get();
        }
        if (!last) {
            return NOTHING_YET;
        }
        endSent = true;
        wake.run();
        return end(failure);
    }

    private byte[] end(Optional<Throwable> failed) {
        try {
            return failed.isPresent()
                    ? event("problem", Problems.of(failed.get()).json())
                    : event("image", image.get());
        } catch (RuntimeException e) {
            return event("problem", Problems.of(e).json());
        }
    }

    private static byte[] event(String name, JsonNode data) {
        return ("event: " + name + "\ndata: " + data + "\n\n").getBytes(StandardCharsets.UTF_8);
    }

    @Override
    void end() {
        waiter.leave();
        leave.run();
    }
}
