package dev.rustyrun.step;

import dev.rustyrun.linux.CloneFlag;
import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.linux.RouteMessage;
import dev.rustyrun.spec.NetDevice;
import java.util.List;

/**
 * Moves network devices of the host to the network namespace of a process, and restores their addresses, which the
 * kernel removes when it moves a device; runtime-spec config-linux.md, "Network Devices".
 */
final class NetDeviceMover {

    private static final int ROOM = 65536;

    private final Linux linux;

    NetDeviceMover(Linux linux) {
        this.linux = linux;
    }

    /**
     * Moves {@code devices}, and brings them up.
     *
     * @throws LinuxException when that fails
     * @throws StepFailure when the host does not have such a device
     */
    void move(List<NetDevice> devices, int process) {
        try (OpenFile namespace = open("/proc/" + process + "/ns/net");
                OpenFile here = new OpenFile(linux, linux.routeSocket());
                OpenFile there = new OpenFile(linux, socketIn(namespace))) {
            for (NetDevice device : devices) {
                move(device, namespace, here.descriptor(), there.descriptor());
            }
        }
    }

    private OpenFile open(String path) {
        return new OpenFile(linux, linux.openNamespace(path));
    }

    /**
     * A socket belongs permanently to the namespace in which it was created; only this thread enters that namespace.
     */
    private int socketIn(OpenFile namespace) {
        int network = CloneFlag.CLONE_NEWNET.value();
        try (OpenFile own = open("/proc/thread-self/ns/net")) {
            linux.setNamespace(namespace.descriptor(), network);
            try {
                return linux.routeSocket();
            } finally {
                linux.setNamespace(own.descriptor(), network);
            }
        }
    }

    private void move(NetDevice device, OpenFile namespace, int here, int there) {
        int index = index(device, here);
        List<RouteMessage.Address> addresses =
                RouteMessage.addresses(index, linux.queryRoute(here, RouteMessage.listAddresses(), ROOM));
        linux.requestRoute(
                here,
                RouteMessage.move(index, namespace.descriptor(), device.name()),
                "move " + device.host() + " to " + device.name());
        int inside = linux.interfaceIndex(there, device.name());
        for (RouteMessage.Address address : addresses) {
            linux.requestRoute(there, RouteMessage.add(inside, address), "give " + device.name() + " its address");
        }
        linux.bringInterfaceUp(there, device.name());
    }

    private int index(NetDevice device, int here) {
        try {
            return linux.interfaceIndex(here, device.host());
        } catch (LinuxException e) {
            if (e.errno() == Errno.ENODEV) {
                throw new StepFailure("the host has no network device " + device.host());
            }
            throw e;
        }
    }
}
