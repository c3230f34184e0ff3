package dev.rustyrun.step;

import dev.rustyrun.spec.Outcome;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The binary form of reports from a stage to {@code run}. Both ends are the same executable. */
public final class ReportCodec {

    private static final byte STEP_DONE = 1;
    private static final byte STEP_FAILED = 2;
    private static final byte INIT_STARTED = 3;
    private static final byte APPEARED = 4;
    private static final byte INIT_ENDED = 5;
    private static final byte DUE = 6;
    private static final byte EXECUTE_FAILED = 7;
    private static final byte PREPARED = 8;
    private static final byte WARNED = 9;

    /** An exit code is below. */
    private static final int FAULT_SHIFT = 8;

    private ReportCodec() {}

    /** Encodes {@code report}, without its descriptor. */
    public static byte[] encode(Report report) {
        if (report instanceof Report.StepDone done) {
            return frame(STEP_DONE, done.stage().ordinal(), done.micros(), done.step(), "");
        } else if (report instanceof Report.StepFailed failed) {
            int number = failed.exitCode() | failed.fault().ordinal() << FAULT_SHIFT;
            return frame(STEP_FAILED, failed.stage().ordinal(), number, failed.step(), failed.reason());
        } else if (report instanceof Report.InitStarted started) {
            return frame(INIT_STARTED, 0, started.pid(), "", "");
        } else if (report instanceof Report.Appeared appeared) {
            return frame(APPEARED, 0, appeared.pid(), "", "");
        } else if (report instanceof Report.InitEnded ended) {
            return frame(INIT_ENDED, 0, ended.status(), Long.toString(ended.cpuMicros()), "");
        } else if (report instanceof Report.Due due) {
            return frame(DUE, has(report), due.step(), "", "");
        } else if (report instanceof Report.Prepared) {
            return frame(PREPARED, has(report), 0, "", "");
        } else if (report instanceof Report.Warned warned) {
            return frame(WARNED, 0, 0, warned.text(), "");
        }
        Report.ExecuteFailed failed = (Report.ExecuteFailed) report;
        return frame(EXECUTE_FAILED, 0, failed.errno(), failed.path(), failed.limits());
    }

    private static int has(Report report) {
        return report.along() == Connection.NO_DESCRIPTOR ? 0 : 1;
    }

    private static byte[] frame(byte type, int stage, int number, String first, String second) {
        byte[] one = first.getBytes(StandardCharsets.UTF_8);
        byte[] two = second.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(14 + one.length + two.length)
                .put(type)
                .put((byte) stage)
                .putInt(number)
                .putInt(one.length)
                .putInt(two.length)
                .put(one)
                .put(two)
                .array();
    }

    /** The received data was not sent by a process of Rustyrun. */
    public static final class BrokenReport extends RuntimeException {
        private static final long serialVersionUID = 1;

        BrokenReport() {
            super("a report that no stage sends");
        }
    }

    /** Reassembles reports from the bytes that arrive at {@code run}. */
    public static final class Decoder {

        private static final int HEADER = 14;
        /** Larger than any argument of a command. */
        private static final int MAX_TEXT = 1 << 26;

        private final java.io.ByteArrayOutputStream pending = new java.io.ByteArrayOutputStream();
        private int descriptor = Connection.NO_DESCRIPTOR;

        /** Takes {@code count} bytes, and a descriptor unless it is -1; returns the reports that are now complete. */
        public List<Report> take(byte[] bytes, int count, int along) {
            pending.write(bytes, 0, count);
            descriptor = along >= 0 ? along : descriptor;
            ByteBuffer buffer = ByteBuffer.wrap(pending.toByteArray());
            List<Report> reports = new ArrayList<>();
            while (buffer.remaining() >= HEADER) {
                int first = buffer.getInt(buffer.position() + 6);
                int second = buffer.getInt(buffer.position() + 10);
                if (first < 0 || second < 0 || first > MAX_TEXT || second > MAX_TEXT) {
                    throw new BrokenReport();
                }
                int texts = first + second;
                if (buffer.remaining() < HEADER + texts) {
                    break;
                }
                reports.add(decode(buffer));
            }
            pending.reset();
            pending.write(buffer.array(), buffer.position(), buffer.remaining());
            return reports;
        }

        private Report decode(ByteBuffer buffer) {
            byte type = buffer.get();
            int ordinal = buffer.get();
            if (ordinal < 0 || ordinal >= Stage.values().length) {
                throw new BrokenReport();
            }
            Stage stage = Stage.values()[ordinal];
            int number = buffer.getInt();
            byte[] one = new byte[buffer.getInt()];
            byte[] two = new byte[buffer.getInt()];
            buffer.get(one).get(two);
            String first = new String(one, StandardCharsets.UTF_8);
            return switch (type) {
                case STEP_DONE -> new Report.StepDone(stage, first, number);
                case STEP_FAILED ->
                    new Report.StepFailed(
                            stage,
                            first,
                            new String(two, StandardCharsets.UTF_8),
                            number & (1 << FAULT_SHIFT) - 1,
                            fault(number >>> FAULT_SHIFT));
                case INIT_STARTED -> new Report.InitStarted(number);
                case INIT_ENDED -> new Report.InitEnded(number, number(first));
                case APPEARED -> new Report.Appeared(number);
                case DUE -> new Report.Due(number, takeDescriptor(ordinal));
                case EXECUTE_FAILED -> new Report.ExecuteFailed(number, first, new String(two, StandardCharsets.UTF_8));
                case WARNED -> new Report.Warned(first);
                case PREPARED -> new Report.Prepared(takeDescriptor(ordinal));
                default -> throw new BrokenReport();
            };
        }

        private int takeDescriptor(int count) {
            if (count == 0) {
                return Connection.NO_DESCRIPTOR;
            }
            int taken = descriptor;
            descriptor = Connection.NO_DESCRIPTOR;
            return taken;
        }

        private static Outcome.Fault fault(int ordinal) {
            Outcome.Fault[] all = Outcome.Fault.values();
            if (ordinal >= all.length) {
                throw new BrokenReport();
            }
            return all[ordinal];
        }

        private static long number(String text) {
            try {
                return Long.parseLong(text);
            } catch (NumberFormatException e) {
                throw new BrokenReport();
            }
        }
    }
}
