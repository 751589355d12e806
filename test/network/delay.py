#!/usr/bin/env python3
"""delay.py MILLISECONDS LOSS A:B ...

Makes the TUN devices A and B of each pair, and a wire between them on which every packet takes so long, and of which
so large a part, from 0 to 1, gets lost.
Node cannot make such a device, and not every kernel has netem.
"""
import collections
import fcntl
import os
import random
import select
import struct
import sys
import time

TUNSETIFF = 0x400454CA
IFF_TUN, IFF_NO_PI = 0x0001, 0x1000


def device(name):
    fd = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(fd, TUNSETIFF, struct.pack("16sH", name.encode(), IFF_TUN | IFF_NO_PI))
    return fd


def packets(fd):
    while True:
        try:
            yield os.read(fd, 65535)
        except OSError:  # There are no more, or the device is down.
            return


delay = float(sys.argv[1]) / 1000
other_end = {}
loss = float(sys.argv[2])
for pair in sys.argv[3:]:
    a, b = map(device, pair.split(":"))
    other_end.update({a: b, b: a})
# It has little to do, and that in time, whatever else this machine is busy with.
os.nice(-20)
print("ready", flush=True)

# All take equally long: who came first leaves first.
under_way = collections.deque()
# The same ones are lost in every run, as far as the same packets are sent.
chance = random.Random(1).random
while True:
    wait = max(0, under_way[0][0] - time.monotonic()) if under_way else None
    readable, _, _ = select.select(list(other_end), [], [], wait)
    for fd in readable:
        due = time.monotonic() + delay
        under_way.extend((due, other_end[fd], packet) for packet in packets(fd) if chance() >= loss)
    while under_way and under_way[0][0] <= time.monotonic():
        _, fd, packet = under_way.popleft()
        try:
            os.write(fd, packet)
        except OSError:  # As a wire whose other end is unplugged.
            pass
