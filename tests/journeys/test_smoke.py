"""x"""
import time
from tests.support.installation import *
def test_one(installation, install):
    t=time.time(); p = installation.person(); print("person", time.time()-t)
    t=time.time(); b = installation.browser(); pg=b.login(p.username, p.password); print(pg.path, pg.status, pg.digits, time.time()-t)
    a = p.phone.pending().attempts[0]
    t=time.time(); print(p.phone.approve(a, installation.pin(), pg.digits[0]), time.time()-t)
    t=time.time(); print(b.post("/login/wait", do="continue").path, time.time()-t)
    t=time.time(); i=install(); print("install", time.time()-t)
