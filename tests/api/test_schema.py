import asyncio, sys, os, time
async def test_x(program, tmp_path):
    one = await program("read", "admin")
    for _ in range(20):
        one.token = await one.usual.door.programs.tokens.make("x", ["read","admin"], "me")
    command = [sys.executable, "-m", "schemathesis.cli", "run", one.usual.address + "/api/v1/openapi.json",
      "-H", "Host: foyer.example.com", "-H", f"Authorization: Bearer {one.token}", *os.environ.get("ST", "--max-examples 5").split()]
    t=time.time()
    p = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT, cwd=tmp_path)
    out, _ = await p.communicate()
    print(out.decode()); print(time.time()-t, os.times())
    assert 0
