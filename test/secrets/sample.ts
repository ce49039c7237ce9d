/** A file that sops 3.13.3 itself made, with every type and a comment in every place. The key protects nothing else. */

export const SAMPLE_KEY = 'AGE-SECRET-KEY-16YN0NYJ9SRLQ9UWN9G86UDZSCPCTRPWWHL6DDJUZ7MNQMCXKUVXS3KUVE8';
export const SAMPLE_RECIPIENT = 'age1y2ushrhhc2qncrxvg9kn5xf502m5tyacmfxwuavfrf4jduukefmsapgc00';

/** What was encrypted, as sops prints it again. */
export const SAMPLE_CLEAR = `# above
text: hello
empty: ""
# on the line
number: 42
float: 1.5
"yes": true
when: 2020-01-02T03:04:05.5+01:00
nothing: null
list:
    - one
    # in the list
    - two
deep:
    clear_unencrypted: stays
    a:b:
        c: |
            two
            lines
        # at the end
# last
---
second: document
`;

export const SAMPLE_SEALED = `#ENC[AES256_GCM,data:7u8Fs2ZY,iv:9WtO3rf2iX0lK2ok483TAOCUijVdMVqWmsRozPo8QM0=,tag:PFcQkmvv3wqEZkSqNxzriw==,type:comment]
text: ENC[AES256_GCM,data:Axr1uNY=,iv:WfOX1Sn7VQPrckXlaoCwBI/nYCtv6VvYYl2+/axXx9k=,tag:+HMSqZy4idWixEeKVYEdHg==,type:str]
empty: ""
number: ENC[AES256_GCM,data:qb4=,iv:fSwC7osHkIt+DMvr5j8MlHz9NuUYM3wOyzkCm2caSx4=,tag:msPFB6MFENm7ij5jrQlhsw==,type:int] #ENC[AES256_GCM,data:mXe20SluhC40edQj,iv:Urntfp/W9tFh/co5g6MgieKceK3oFP2lmCuG20twg0E=,tag:CunsxlOPzoh5LrCuxCvcRw==,type:comment]
float: ENC[AES256_GCM,data:bCto,iv:YuXRcPJcvqOfhrSYGv1jh4fno5OTDz0jDQA5cjb/x08=,tag:Idu3vA1ob7FPnLrq87IS9A==,type:float]
"yes": ENC[AES256_GCM,data:JGF4Fg==,iv:VD7UYg6Qy8kuz7xb4K1+VhYLhey26/MICHHLBMBxiEI=,tag:c5YuwBQyswlEUkLQM+KG9w==,type:bool]
when: ENC[AES256_GCM,data:AcUY8B/0C1qIrqjAwzqNn1i1vxuidDPBxrfV,iv:kI6OKiJMxmyPjElvPvLIg+OawO7fe+DkZmcBmPCKisc=,tag:nO2C13fHViO60Fj7ZkkiMQ==,type:time]
nothing: null
list:
    - ENC[AES256_GCM,data:P0MY,iv:85kmNFuooYFDF4V8n2AtSyEWI2lKWn+ZRftIFkckZaw=,tag:d7+F2ZaLZom7mssaSFjb4A==,type:str]
    - ENC[AES256_GCM,data:hVpFRte8JAWPLEOc,iv:kF8A+lr+dGw7ljnjzPM0jHBqD138Z+2Se45g5XBph4k=,tag:StPAgO5n1y3hi/L6RO303g==,type:comment]
    - ENC[AES256_GCM,data:Z0Z5,iv:FOegrrWNBKgXqBEEaOxB7hzhG03NnF0XglfG7TRIBi4=,tag:taRLqMek402+F/O4GhdQwQ==,type:str]
deep:
    clear_unencrypted: stays
    a:b:
        c: ENC[AES256_GCM,data:0HerA4jBdo6ceA==,iv:Zrnc2em73qre/OIsQG00WXEP+b4YxIq655CPCa47B38=,tag:RS0yH1E00kapoh3XJpT+xA==,type:str]
        #ENC[AES256_GCM,data:xvRD7NFoByjnxxA=,iv:hnUfo74w9Sdq0K0F7N4vzhvJtrvVU4guKgs+ngv757o=,tag:eU/vHbgLRm7NzJcAwNAjLg==,type:comment]
#ENC[AES256_GCM,data:mEG7eU4=,iv:ZzS/8w5AhzFxuNvoEaUZDqTXq0kuSgW71CBa8Ou4gUs=,tag:LXDfH41oSwQLwxTDdRjUJA==,type:comment]
sops:
    age:
        - enc: |
            -----BEGIN AGE ENCRYPTED FILE-----
            YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IFgyNTUxOSBXVFN1M1ZkT1FaSG9zU2Jm
            cDJjbm1tM0lEQzR6V0FFZUZNUFRpUHpxREdFCnRtTElEaHQ4N0w3S1JRdFVrTXU5
            ZmZOSmJhVUE0TUhYaUZudmZOQVBXcUEKLS0tIElRUW5aQVZUMXQ2NjUrTG5ISys3
            MjljY2NaMGhnaHFiS2VtYlg4R0hWN2cKlncJkExKmcvjYarpjYaypNQ1solMOGFg
            jkiYesUXCx8dCa3M73mdseYk8sNLBalUoWDIuyzXJScccW5aoRFHMQ==
            -----END AGE ENCRYPTED FILE-----
          recipient: age1y2ushrhhc2qncrxvg9kn5xf502m5tyacmfxwuavfrf4jduukefmsapgc00
    lastmodified: "2026-11-21T09:52:25Z"
    mac: ENC[AES256_GCM,data:A4nZZxDbD7SHtCi80aVjXbFzdluwCmiO1Sz83k/78ddlnayBP+TnYcqOvbOK5TnTGwHduQZH3FclRjVobD5gm6HQFgHi6qiD2KNPDAKgM+Zbq4uUVgxKUOiXoW2RFdqWYNqLXW000aQCp3YTqUU1Z7tmJ3eOAhdh7C6aojKFWhI=,iv:oj1+mA7PmGjA3TmDYqgGNInFZpAXHVLQGVZx+WXGRxg=,tag:SGF/oyFx2X192ErUe5nDNg==,type:str]
    unencrypted_suffix: _unencrypted
    version: 3.13.3
---
second: ENC[AES256_GCM,data:Z10vFCnLdaE=,iv:X1cdU2dBCMg8PNygGRg1E8lkuIQA8u6S/ZvpmQEiDKM=,tag:yDqyf8Y5OgerSlaf0of+HA==,type:str]
sops:
    age:
        - enc: |
            -----BEGIN AGE ENCRYPTED FILE-----
            YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IFgyNTUxOSBXVFN1M1ZkT1FaSG9zU2Jm
            cDJjbm1tM0lEQzR6V0FFZUZNUFRpUHpxREdFCnRtTElEaHQ4N0w3S1JRdFVrTXU5
            ZmZOSmJhVUE0TUhYaUZudmZOQVBXcUEKLS0tIElRUW5aQVZUMXQ2NjUrTG5ISys3
            MjljY2NaMGhnaHFiS2VtYlg4R0hWN2cKlncJkExKmcvjYarpjYaypNQ1solMOGFg
            jkiYesUXCx8dCa3M73mdseYk8sNLBalUoWDIuyzXJScccW5aoRFHMQ==
            -----END AGE ENCRYPTED FILE-----
          recipient: age1y2ushrhhc2qncrxvg9kn5xf502m5tyacmfxwuavfrf4jduukefmsapgc00
    lastmodified: "2026-11-21T09:52:25Z"
    mac: ENC[AES256_GCM,data:A4nZZxDbD7SHtCi80aVjXbFzdluwCmiO1Sz83k/78ddlnayBP+TnYcqOvbOK5TnTGwHduQZH3FclRjVobD5gm6HQFgHi6qiD2KNPDAKgM+Zbq4uUVgxKUOiXoW2RFdqWYNqLXW000aQCp3YTqUU1Z7tmJ3eOAhdh7C6aojKFWhI=,iv:oj1+mA7PmGjA3TmDYqgGNInFZpAXHVLQGVZx+WXGRxg=,tag:SGF/oyFx2X192ErUe5nDNg==,type:str]
    unencrypted_suffix: _unencrypted
    version: 3.13.3
`;
