"""`python -m bench.used word …`: runs a command, and prints what it has used as JSON.

Between a bench that has grown and what it measures: a process begins with the peak of memory of the one it comes from.
"""

import json
import subprocess
import sys
from resource import RUSAGE_CHILDREN, getrusage

ended = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=False)
used = getrusage(RUSAGE_CHILDREN)
print(json.dumps({"code": ended.returncode, "seconds": used.ru_utime + used.ru_stime, "memory": used.ru_maxrss / 1024}))
