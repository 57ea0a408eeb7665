import sys, time
sys.path.insert(0, "/work/wt/faults/Tests/Benchmarks"); sys.dont_write_bytecode=True
import shutil, shim, trips
from sites import Pair
from journey import Journey, Fault
shutil.rmtree("/tmp/f1/w", ignore_errors=True); 
import os; os.makedirs("/tmp/f1/w")
lib=shim.compile_into("/tmp/f1")
t=time.time()
p=Pair("/tmp/f1/w", "/work/wt/faults/.build/debug/studypost", lib)
print("pair", time.time()-t)
for cls in [c for c in trips.ALL if len(sys.argv)<2 or c.name in sys.argv[1:]]:
    t=time.time()
    p.load("base"); p.log(1)
    s=cls(); s.set_up(p); j=Journey(p,s)
    for i in range(len(j.steps)):
        for pl in p.plans.values(): pl.set(); pl.clear_log()
        j.step(i)
        st=j.steps[i]
        print(st.name, st.site, {n:pl.count for n,pl in p.plans.items()})
        if "-v" in sys.argv:
            for c in shim.read_log(p.plans["ch2" if st.site=="ch2" else "ch1"].log): print("   ",c.what,c.result,c.path,c.other)
    p.log(0)
    for d in j.finish(len(j.steps)): print("  ",d)
    print(cls.name, time.time()-t)
p.close()
