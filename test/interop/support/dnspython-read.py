"""Prints RRsets as dnspython reads them, each below `== TYPE`: dnspython-read.py SERVER udp|tcp TYPE NAME [TYPE NAME]..."""
import sys

import dns.message
import dns.query

server, transport, *asked = sys.argv[1:]
ask = dns.query.udp if transport == "udp" else dns.query.tcp
for rrtype, name in zip(asked[::2], asked[1::2]):
    print("== " + rrtype)
    try:
        query = dns.message.make_query(name, rrtype, use_edns=0, payload=1232)
        answer = ask(query, server, timeout=20)
    except Exception as error:
        print(type(error).__name__, error)
        continue
    for rrset in answer.answer:
        if rrset.rdtype == query.question[0].rdtype:
            for rdata in rrset:
                print(rdata.to_text())
