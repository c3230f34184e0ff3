package dev.rustyrun.builder;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The order of methods and objects, with stand-ins for the builder's types: it reads their members by name. */
class ExecutableOrderTest {

    /** A {@code HostedMethod}. */
    public static final class Method {

        private final String name;

        Method(String name) {
            this.name = name;
        }

        public String format(String format) {
            assertEquals("%H.%n(%p)", format);
            return name;
        }

        @Override
        public String toString() {
            return name;
        }
    }

    /** An {@code ImageHeapObject}. */
    public interface Placeable {
        long getSize();

        Object getObject();

        Class<?> getObjectClass();

        void setOffsetInPartition(long offset);
    }

    /** A {@code NativeImageHeap.ObjectInfo}. */
    public static final class Info implements Placeable {

        private final Object object;
        private final long size;

        @SuppressWarnings("unused") // read by its name
        private final Object reason;

        private long offset = -1;

        Info(Object object, long size, Object reason) {
            this.object = object;
            this.size = size;
            this.reason = reason;
        }

        @Override
        public long getSize() {
            return size;
        }

        @Override
        public Object getObject() {
            return object;
        }

        @Override
        public Class<?> getObjectClass() {
            return object.getClass();
        }

        @Override
        public void setOffsetInPartition(long offset) {
            this.offset = offset;
        }
    }

    private static List<String> names(List<?> infos) throws ReflectiveOperationException {
        List<String> all = new ArrayList<>();
        for (Object info : infos) {
            all.add(ObjectName.of(info));
        }
        return all;
    }

    @Test
    void the_list_has_methods_and_objects_and_comments() {
        StartOrder order = StartOrder.parse("# a comment\nmethod a.B.c(int, long)\nobject [B:24#1f\nmethod a.B.d()\n");
        assertEquals(Map.of("a.B.c(int, long)", 0, "a.B.d()", 1), order.methods());
        assertEquals(Map.of("[B:24#1f", 0), order.objects());
    }

    @Test
    void the_executable_has_a_list() {
        assertFalse(StartOrder.load().methods().isEmpty());
        assertFalse(StartOrder.load().objects().isEmpty());
    }

    @Test
    void listed_methods_are_first_in_the_order_of_the_list() throws Exception {
        List<Method> sorted = List.of(new Method("a"), new Method("b"), new Method("c"), new Method("b"));
        assertEquals(
                "[c, b, b, a]",
                MethodOrder.listedFirst(StartOrder.parse("method c\nmethod gone\nmethod b\n"), sorted)
                        .toString());
    }

    @Test
    void names_tell_objects_apart_by_text_and_origin() throws Exception {
        Info map = new Info(Map.of(), 48, "a field");
        Info text = new Info("one", 24, "a method");
        List<Info> infos = List.of(
                text,
                new Info("two", 24, "a method"),
                new Info(new byte[0], 24, text),
                new Info(new byte[0], 24, map),
                new Info(new byte[0], 24, map));
        List<String> names = names(infos);
        assertEquals(4, names.stream().distinct().count(), names.toString());
        assertEquals(names.get(3), names.get(4));
    }

    @Test
    void listed_objects_are_placed_beside_each_other() throws Exception {
        Info first = new Info("first", 24, "a method");
        Info second = new Info("second", 32, "a method");
        Info other = new Info("other", 24, "a method");
        List<String> names = names(List.of(other, second, first));
        StartOrder order = StartOrder.parse("object " + names.get(2) + "\nobject " + names.get(1) + "\n");

        List<Object> grouped = new ObjectOrder(null, order).grouped(List.of(other, second, first));
        assertEquals(2, grouped.size());
        Placeable group = (Placeable) grouped.get(0);
        assertEquals(56, group.getSize());
        group.setOffsetInPartition(4096);
        assertEquals(List.of(4096L, 4120L), List.of(first.offset, second.offset));
        assertEquals(other, grouped.get(1));
    }

    @Test
    void groups_have_a_largest_size_and_leave_large_objects_out() throws Exception {
        List<Info> infos = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            infos.add(new Info("text " + i, i == 0 ? 20_000 : 16_000, "a method"));
        }
        assertEquals(List.of(64_000L, 64_000L, 64_000L, 64_000L, 48_000L, 20_000L), sizes(grouped(infos)));
    }

    @Test
    void many_alike_objects_come_last_and_too_many_are_left_out() throws Exception {
        List<Info> infos = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            infos.add(new Info(List.of(), 32, "a field"));
        }
        infos.add(new Info("one", 24, "a method"));
        for (int i = 0; i < 1000; i++) {
            infos.add(new Info(List.of(), 24, "another field"));
        }
        List<Object> grouped = grouped(infos);
        assertEquals(1001, grouped.size());
        Placeable group = (Placeable) grouped.get(0);
        assertEquals(3224, group.getSize());
        group.setOffsetInPartition(0);
        assertEquals(0, infos.get(100).offset, "before the 100");
    }

    private static List<Object> grouped(List<Info> infos) throws ReflectiveOperationException {
        StringBuilder list = new StringBuilder();
        for (String name : names(infos)) {
            list.append("object ").append(name).append('\n');
        }
        return new ObjectOrder(null, StartOrder.parse(list.toString())).grouped(infos);
    }

    private static List<Long> sizes(List<Object> placed) {
        return placed.stream().map(one -> ((Placeable) one).getSize()).toList();
    }
}
