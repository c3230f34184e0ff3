package dev.rustyrun.step;

import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.OpenFile;
import java.nio.charset.StandardCharsets;

/** Steps of {@code init} with which the host connects a container's network. */
public sealed interface NetworkStep extends Step {

    /**
     * Sends this process's network namespace to {@code run}, which starts the program that connects it; does not wait
     * until it is ready.
     */
    record StartNetwork(String network, int due) implements NetworkStep {
        private static final String OWN = "/proc/thread-self/ns/net";
        /**
         * An address that cannot be a duplicate need not wait a second for duplicate address detection; ip-sysctl.rst.
         */
        private static final String DETECT_DUPLICATES = "/proc/sys/net/ipv6/conf/default/accept_dad";

        static StartNetwork read(PlanReader in) {
            return new StartNetwork(in.takeText(), in.take32());
        }

        @Override
        public StepKind kind() {
            return StepKind.START_NETWORK;
        }

        @Override
        public void writeTo(PlanWriter out) {
            out.putText(network).put32(due);
        }

        @Override
        public void apply(StepContext context) {
            Linux linux = context.linux();
            try {
                linux.writeFile(DETECT_DUPLICATES, "0");
            } catch (LinuxException e) {
                // A kernel without IPv6, or a read-only /proc: then an address is usable a second later.
            }
            try (OpenFile namespace = new OpenFile(linux, linux.open(OWN, FileFlag.O_RDONLY))) {
                context.connection().send(new Report.Due(due, namespace.descriptor()));
            }
            context.setNetwork(context.connection().awaitDescriptor());
        }

        @Override
        public String describe() {
            return "start " + network;
        }
    }

    /**
     * Opens the proxy's listening socket in the container's network, and sends it to {@code run}, which starts the
     * proxy.
     */
    record OfferProxy(int port, int due) implements NetworkStep {
        static OfferProxy read(PlanReader in) {
            return new OfferProxy(in.take32(), in.take32());
        }

        @Override
        public StepKind kind() {
            return StepKind.OFFER_PROXY;
        }

        @Override
        public void writeTo(PlanWriter out) {
            out.put32(port).put32(due);
        }

        @Override
        public void apply(StepContext context) {
            Linux linux = context.linux();
            // Connections queue on the socket until the proxy has started, so nothing here waits for it.
            try (OpenFile socket = new OpenFile(linux, linux.listenOnLoopback(port))) {
                context.connection().send(new Report.Due(due, socket.descriptor()));
            }
        }

        @Override
        public String describe() {
            return "offer a proxy at port " + port;
        }
    }

    /**
     * Waits until the network is ready.
     *
     * @param network description for messages
     * @param reporter prefix for the lines that are received when the setup fails; may be empty
     * @param keepsResolvers whether the text that is received when the network is ready becomes
     *     {@code /etc/resolv.conf}, because there is no other
     */
    record AwaitNetwork(String network, String reporter, boolean keepsResolvers) implements NetworkStep {
        private static final int MAX_MESSAGE = 4096;
        /** The start of a line that pasta writes, without a system log, for each line of its own. */
        private static final String NO_SYSLOG = "Failed to send ";

        private static final String RESOLVERS = "/etc/resolv.conf";

        static AwaitNetwork read(PlanReader in) {
            return new AwaitNetwork(in.takeText(), in.takeText(), in.takeFlag());
        }

        @Override
        public StepKind kind() {
            return StepKind.AWAIT_NETWORK;
        }

        @Override
        public void writeTo(PlanWriter out) {
            out.putText(network).putText(reporter).putFlag(keepsResolvers);
        }

        @Override
        public void apply(StepContext context) {
            try (OpenFile reports = new OpenFile(context.linux(), context.network())) {
                byte[] message = new byte[MAX_MESSAGE];
                int length = 0;
                byte[] next = new byte[1];
                while (context.linux().read(reports.descriptor(), next, 1) == 1) {
                    if (next[0] == 0) {
                        keepResolvers(context.linux(), new String(message, 0, length, StandardCharsets.UTF_8));
                        return;
                    }
                    if (next[0] == 1) {
                        break;
                    }
                    if (length < message.length) {
                        message[length++] = next[0];
                    }
                }
                throw new StepFailure(reason(new String(message, 0, length, StandardCharsets.UTF_8)));
            }
        }

        private void keepResolvers(Linux linux, String text) {
            if (keepsResolvers && !text.isEmpty()) {
                linux.writeFile(RESOLVERS, text);
            }
        }

        /** The last meaningful line. */
        private String reason(String errors) {
            String last = "";
            for (String line : errors.split("\n")) {
                if (!line.isBlank() && !line.startsWith(NO_SYSLOG)) {
                    last = line.strip();
                }
            }
            if (last.isEmpty()) {
                return "the program that sets it up ended before it was ready";
            }
            return reporter.isEmpty() ? last : reporter + ": " + last + advice(last);
        }

        /** A remedy for an error of pasta, after a semicolon; often empty. */
        static String advice(String line) {
            if (line.contains("Failed to bind any port")) {
                return "; another program listens there, or the port is below 1024 and this user is not root";
            }
            return line.contains("Failed to open tun") ? "; can this user open /dev/net/tun? see rustyrun doctor" : "";
        }

        @Override
        public String describe() {
            return "wait for " + network;
        }
    }
}
