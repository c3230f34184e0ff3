package dev.rustyrun.builder;

import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** Reads and calls members of the native image builder, by reflection. */
final class Builder {

    /** The methods without parameters that were called, by class and name: they are called for each object of the heap. */
    private static final Map<Class<?>, Map<String, Method>> CALLED = new HashMap<>();

    private Builder() {}

    static Class<?> type(String name) throws ClassNotFoundException {
        return Class.forName(name, false, Builder.class.getClassLoader());
    }

    /** Calls a method without parameters. */
    static Object call(Object target, String name) throws ReflectiveOperationException {
        Map<String, Method> called = CALLED.computeIfAbsent(target.getClass(), type -> new HashMap<>());
        Method method = called.get(name);
        if (method == null) {
            method = method(target.getClass(), name);
            called.put(name, method);
        }
        return method.invoke(target);
    }

    /** Calls the method of the original object, for a proxy that stands for it. */
    static Object answer(Object original, Method method, Object[] arguments) throws Throwable {
        try {
            return method.invoke(original, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    /** A method that the class or one of its supertypes declares. */
    static Method method(Class<?> type, String name, Class<?>... parameters) throws NoSuchMethodException {
        for (Class<?> declaring = type; declaring != null; declaring = declaring.getSuperclass()) {
            for (Method method : declaring.getDeclaredMethods()) {
                if (method.getName().equals(name)
                        && Arrays.equals(method.getParameterTypes(), parameters)
                        && !method.isBridge()) {
                    method.setAccessible(true);
                    return method;
                }
            }
        }
        return type.getMethod(name, parameters);
    }

    static Object get(Object target, String name) throws ReflectiveOperationException {
        return field(target.getClass(), name).get(target);
    }

    static void set(Object target, String name, Object value) throws ReflectiveOperationException {
        field(target.getClass(), name).set(target, value);
    }

    private static Field field(Class<?> type, String name) throws NoSuchFieldException {
        for (Class<?> declaring = type; declaring != null; declaring = declaring.getSuperclass()) {
            for (Field field : declaring.getDeclaredFields()) {
                if (field.getName().equals(name)) {
                    field.setAccessible(true);
                    return field;
                }
            }
        }
        throw new NoSuchFieldException(type.getName() + "." + name);
    }
}
